import { invalidField } from "../../platform/http/problem.ts";

/**
 * The address as the browser will go there, when the operator allows it: listed exactly, of a listed origin, or on
 * loopback with any port (native apps take a free one, RFC 8252). Throws ProblemError validation_failed.
 */
export function allowedRedirectUri(given: string, allowed: readonly string[]): string {
  const url = URL.parse(given);
  // What a parser would mend (tabs, backslashes, dots), another one may mend differently.
  const plain = url !== null && (url.href === given || url.href === `${given}/`);
  if (!plain || url.hash || url.username || url.password || !allowed.some((entry) => fits(url, entry))) {
    throw invalidField(
      "/body/redirect_uri",
      "redirect_uri_not_allowed",
      "This page is not allowed. The operator lists the allowed ones in SIGN_IN_REDIRECT_URIS.",
    );
  }
  return url.href;
}

function fits(url: URL, entry: string): boolean {
  const listed = new URL(entry);
  if (url.href === listed.href) return true;
  if (isLoopback(listed) && !listed.port && listed.protocol === url.protocol && listed.hostname === url.hostname) {
    return listed.pathname === "/" || (listed.pathname === url.pathname && listed.search === url.search);
  }
  return listed.origin === url.origin && listed.pathname === "/" && listed.search === "";
}

const isLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === "http:" && (hostname === "127.0.0.1" || hostname === "[::1]");
