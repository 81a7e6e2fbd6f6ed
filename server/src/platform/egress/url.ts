import { isIP } from "node:net";
import { addressVerdict, type EgressPolicy } from "./address.ts";

export type UrlProblemCode =
  | "malformed_url"
  | "scheme_not_allowed"
  | "credentials_not_allowed"
  | "host_not_allowed"
  | "port_not_allowed"
  | "private_address"
  | "too_long";

export type UrlCheck =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly code: UrlProblemCode; readonly message: string };

/** Also what the contract allows; measured on the normal form, which escaping can make longer. */
const URL_LENGTH_MAX = 2000;
const HOSTNAME_LENGTH_MAX = 253;
const ports = new Set(["", "443", "8443"]);
/** Names that only mean something inside a machine or a private network (RFC 6761, RFC 6762, RFC 8375, RFC 9476). */
const privateSuffixes = ["localhost", "local", "internal", "home.arpa", "alt", "onion"];

/**
 * Says whether requests may be sent to this address. Judges the parsed form, so that other spellings of an address
 * (decimal, octal, hexadecimal, full-width digits) are seen as what they are. Names are judged by their text only:
 * what they resolve to is checked at each connection, because it can change.
 */
export function checkUrl(text: string, policy: EgressPolicy): UrlCheck {
  const url = URL.parse(text);
  if (url === null) return refuse("malformed_url", "This is not a URL. Send one like https://example.com/hooks.");
  url.hash = "";
  if (url.href.length > URL_LENGTH_MAX) {
    return refuse("too_long", `The URL may have at most ${URL_LENGTH_MAX} characters, escapes included.`);
  }

  const host = url.hostname.replace(/^\[|\]$/g, "");
  const onLoopback = policy.allowLoopback && isLoopbackHost(host);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && onLoopback)) {
    return refuse("scheme_not_allowed", "The URL must start with https://.");
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("credentials_not_allowed", "The URL may not carry a user name or password; verify signatures.");
  }
  if (isIP(host) !== 0) {
    if (addressVerdict(host) !== "public" && !onLoopback) {
      return refuse("private_address", "The URL points to a private or reserved address. Use one reachable publicly.");
    }
  } else if (!onLoopback && !isPublicName(host)) {
    return refuse("host_not_allowed", "The host must be a full public domain name, such as hooks.example.com.");
  }
  if (!onLoopback && !ports.has(url.port)) {
    return refuse("port_not_allowed", `Port ${url.port} is not allowed. Use 443 or 8443.`);
  }
  return { ok: true, url };
}

function isPublicName(host: string): boolean {
  if (host.length > HOSTNAME_LENGTH_MAX || host.endsWith(".") || !host.includes(".")) return false;
  return !privateSuffixes.some((suffix) => host.endsWith(`.${suffix}`));
}

function isLoopbackHost(host: string): boolean {
  return host === "localhost" || addressVerdict(host) === "loopback";
}

function refuse(code: UrlProblemCode, message: string): UrlCheck {
  return { ok: false, code, message };
}
