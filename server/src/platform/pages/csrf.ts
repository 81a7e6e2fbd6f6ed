import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { randomBase62 } from "../crypto/index.ts";
import { ProblemError } from "../http/problem.ts";
import { hostCookie, hostCookieName, readCookie } from "./cookies.ts";

/** Name of the hidden field. */
export const csrfField = "csrf";
const COOKIE = "musicverse_form";
const VALUE = /^[0-9A-Za-z]{32}$/;

export interface Csrf {
  /** The token for this browser's forms, and the cookie that it goes with when the browser has none yet. */
  issue(cookies: string | undefined): { token: string; setCookie: string | null };
  /** @throws ProblemError form_rejected */
  check(headers: IncomingHttpHeaders, given: string | undefined): void;
}

/**
 * Every form carries a token made from a cookie of the same browser (signed double submit), and a browser that says where
 * a post came from must name this site. Signing in needs it too: a post from elsewhere must not sign a victim in as
 * somebody else. Tokens are made with the first secret; those of the others count, too, so that forms which are open when
 * keys rotate can still be sent.
 */
export function createCsrf({
  secrets,
  origin,
}: {
  secrets: readonly [Buffer, ...Buffer[]];
  origin: () => string;
}): Csrf {
  const isSecure = () => origin().startsWith("https:");
  const tokenOf = (value: string, secret = secrets[0]) =>
    createHmac("sha256", secret).update(value).digest("base64url");
  const cookieOf = (cookies: string | undefined) => {
    const value = readCookie(cookies, hostCookieName(COOKIE, isSecure()));
    return value !== null && VALUE.test(value) ? value : null;
  };
  return {
    issue: (cookies) => {
      const known = cookieOf(cookies);
      const value = known ?? randomBase62(32);
      return { token: tokenOf(value), setCookie: known === null ? hostCookie(COOKIE, value, isSecure()) : null };
    },
    check: (headers, given) => {
      const value = cookieOf(headers.cookie);
      const fetchSite = headers["sec-fetch-site"];
      const elsewhere =
        (headers.origin !== undefined && headers.origin !== origin()) ||
        (fetchSite !== undefined && fetchSite !== "same-origin");
      if (
        elsewhere ||
        value === null ||
        given === undefined ||
        !secrets.some((secret) => same(given, tokenOf(value, secret)))
      )
        throw new ProblemError("form_rejected");
    },
  };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
