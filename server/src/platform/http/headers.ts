import cors from "cors";
import type { RequestHandler } from "express";

/** Constant headers of every answer. The API serves data, so nothing may be framed, sniffed or run from it. */
const HEADERS: [string, string][] = [
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  ["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"],
  ["Referrer-Policy", "no-referrer"],
  ["Strict-Transport-Security", "max-age=31536000; includeSubDomains"],
  ["Cross-Origin-Resource-Policy", "same-site"],
  ["Cache-Control", "no-store"],
];

export const securityHeaders: RequestHandler = (_request, response, next) => {
  for (const [name, value] of HEADERS) response.setHeader(name, value);
  next();
};

const EXPOSED = [
  "X-Request-Id",
  "Retry-After",
  "Location",
  "Idempotency-Replayed",
  "RateLimit",
  "RateLimit-Policy",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
  "Content-Range",
  "Accept-Ranges",
  "Content-Disposition",
  "ETag",
  "Deprecation",
  "Sunset",
  "Link",
];

/** Browsers of the listed origins may call the API. No cookies are accepted anywhere, so no credentials mode. */
export function corsAllowlist(origins: readonly string[]): RequestHandler {
  const handler = cors({ origin: [...origins], exposedHeaders: EXPOSED, maxAge: 600 });
  return (request, response, next) => (request.headers.origin ? handler(request, response, next) : next());
}
