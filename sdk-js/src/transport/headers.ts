import { MusicVerseError } from "../errors.ts";
import { version } from "../generated/version.ts";
import type { RequestOptions, ResolvedOptions } from "../options.ts";
import type { OperationRequest } from "./request.ts";
import { isServerRuntime } from "./runtime.ts";

/** All headers except the content type of a form. They serve all tries, so the idempotency key stays. */
export function buildHeaders(
  client: ResolvedOptions,
  request: OperationRequest,
  options: RequestOptions,
  accept: string,
): Headers {
  const headers = new Headers({ accept });
  // A browser sends its own, and another value would need the server's consent (CORS).
  if (isServerRuntime) headers.set("user-agent", `musicverse-js/${version}`);
  if (request.body !== undefined) headers.set("content-type", "application/json");
  if (!request.public && client.apiKey !== null) headers.set("authorization", `Bearer ${client.apiKey}`);
  const mode = options.mode ?? client.mode;
  if (mode && !request.public) headers.set("musicverse-mode", mode);
  const idempotencyKey = options.idempotencyKey ?? (request.idempotent ? randomKey() : undefined);
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
  for (const source of [client.defaultHeaders, request.headers ?? {}, options.headers ?? {}]) {
    for (const [name, value] of Object.entries(source)) {
      if (value === null) headers.delete(name);
      else if (value !== undefined) headers.set(name, value);
    }
  }
  if (!request.public && !headers.has("authorization")) {
    throw new MusicVerseError("No API key: give new MusicVerse({ apiKey }), or set MUSICVERSE_API_KEY");
  }
  return headers;
}

/** 128 random bits. Not randomUUID, which browsers keep to secure contexts. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
