import { MusicVerseError } from "../errors.ts";
import { version } from "../generated/version.ts";
import type { RequestOptions, ResolvedOptions } from "../options.ts";
import type { OperationRequest } from "./request.ts";
import { isServerRuntime } from "./runtime.ts";

/** Lower-case names. A plain object, because fetch reads one in half the time of a Headers. */
type HeaderRecord = Record<string, string>;

/** All headers except the content type of a form. They serve all tries, so the idempotency key stays. */
export function buildHeaders(
  client: ResolvedOptions,
  request: OperationRequest,
  options: RequestOptions,
  accept: string,
): HeaderRecord {
  const headers: HeaderRecord = { accept };
  // A browser sends its own, and another value would need the server's consent (CORS).
  if (isServerRuntime) headers["user-agent"] = `musicverse-js/${version}`;
  if (request.body !== undefined) headers["content-type"] = "application/json";
  if (!request.public && client.apiKey !== null) headers["authorization"] = `Bearer ${client.apiKey}`;
  const mode = options.mode ?? client.mode;
  if (mode && !request.public) headers["musicverse-mode"] = mode;
  const idempotencyKey = options.idempotencyKey ?? (request.idempotent ? randomKey() : undefined);
  if (idempotencyKey !== undefined) headers["idempotency-key"] = idempotencyKey;
  for (const source of [client.defaultHeaders, request.headers, options.headers]) {
    for (const [name, value] of Object.entries(source ?? {})) {
      if (value === null) delete headers[name.toLowerCase()];
      else if (value !== undefined) headers[name.toLowerCase()] = value;
    }
  }
  // A name or value that cannot be sent is the caller's mistake: it is thrown here, and not tried again as a failure.
  if (options.headers) void new Headers(headers);
  if (!request.public && headers["authorization"] === undefined) {
    throw new MusicVerseError("No API key: give new MusicVerse({ apiKey }), or set MUSICVERSE_API_KEY");
  }
  return headers;
}

/** 128 random bits. Not randomUUID, which browsers keep to secure contexts. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
