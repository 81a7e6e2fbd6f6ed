import { checkUrl, type EgressPolicy } from "../../platform/egress/index.ts";
import { invalidField, ProblemError, type FieldProblem } from "../../platform/http/problem.ts";

export type ClientType = "confidential" | "public";

const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * What can be a redirect URI: https; http on a loopback address (RFC 8252, 7.3); for public clients a scheme with a dot in
 * it, as who owns the domain would name it (7.1). No fragment, wildcard or user name, and nothing that two parsers could
 * read differently, for it is compared letter by letter (RFC 9700, 4.1.3).
 * @throws ProblemError validation_failed, naming every one that cannot be
 */
export function checkRedirectUris(uris: readonly string[], type: ClientType): void {
  const errors = uris.flatMap((uri, index): FieldProblem[] => {
    const [code, message] = redirectUriProblem(uri, type) ?? [];
    return code === undefined || message === undefined ? [] : [{ path: `/body/redirect_uris/${index}`, code, message }];
  });
  if (errors.length > 0) throw new ProblemError("validation_failed", { errors });
}

function redirectUriProblem(uri: string, type: ClientType): [code: string, message: string] | null {
  const url = URL.parse(uri);
  if (!url || /[\s\\<>"^`{|}]|[^\x21-\x7e]/.test(uri))
    return [
      "malformed_url",
      "This is not an absolute URI in plain ASCII. Send one like https://app.example.com/callback.",
    ];
  if (uri.includes("#")) return ["fragment_not_allowed", "A redirect URI has no fragment (#…)."];
  if (uri.includes("*")) return ["wildcard_not_allowed", "Redirect URIs must match exactly: list each one, without *."];
  if (/(^|\/)(\.|%2e){1,2}(\/|\?|$)/i.test(uri.replace(/^[^:]*:/, "")))
    return ["dot_segments_not_allowed", "Write the path without . and .. segments."];
  if (url.username !== "" || url.password !== "" || /^[a-z+.-]+:\/\/[^/?]*@/i.test(uri))
    return ["credentials_not_allowed", "A redirect URI carries no user name or password."];
  switch (url.protocol) {
    case "https:":
      if (!isPlainHost(url.hostname))
        return ["host_not_allowed", "The host of a redirect URI is letters, digits, hyphens and dots."];
      return /^https:\/\/[^/?]/.test(uri)
        ? null
        : ["malformed_url", "Write the URI in lower case with its host: https://app.example.com/callback."];
    case "http:":
      return LOOPBACK.has(url.hostname)
        ? null
        : ["scheme_not_allowed", "http is for loopback addresses only (http://127.0.0.1/…). Use https."];
    default:
      if (type === "confidential") return ["scheme_not_allowed", "An app with a server is redirected to https."];
      if (url.protocol.includes(".")) return null;
      return [
        "scheme_not_allowed",
        "A private-use scheme is a domain of yours in reverse, such as com.example.app:/callback.",
      ];
  }
}

/**
 * Hosts that stand in the header of the consent page as they are. URLs allow more (`;`, `,`, `'`), which would end a
 * directive there and begin another.
 */
export function isPlainHost(hostname: string): boolean {
  return /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(hostname);
}

/** @throws ProblemError validation_failed at `/body/homepage` */
export function checkHomepage(text: string | null | undefined): void {
  if (text === null || text === undefined) return;
  const url = URL.parse(text);
  if (url?.protocol === "https:" && url.username === "" && url.password === "") return;
  throw invalidField("/body/homepage", "scheme_not_allowed", "The homepage must be a URL that starts with https://.");
}

/** Our server fetches it, so it must lie where requests may be sent. @throws ProblemError validation_failed at `/body/logo_uri` */
export function checkLogoUri(text: string | null | undefined, policy: EgressPolicy): void {
  if (text === null || text === undefined) return;
  const check = checkUrl(text, policy);
  if (!check.ok) throw invalidField("/body/logo_uri", check.code, check.message);
}
