import type { WebhookPayload } from "../generated/types.ts";
import { decodeBase64, parseSecret } from "./secret.ts";
import { WebhookVerificationError } from "./verification-error.ts";

/** Headers in the form of fetch, of node:http (`request.headers`), or any plain object; names in any case. */
export type WebhookHeaders = Headers | Record<string, string | readonly string[] | undefined>;

export interface UnwrapOptions {
  /** How far the timestamp may be from now, in both directions, in milliseconds. Default 300,000. */
  toleranceMs?: number;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
}

const TOLERANCE_MS = 300_000;

/**
 * Verifies a webhook (Standard Webhooks, HMAC-SHA-256) and returns its typed event.
 *
 * `body` must be the bytes or text exactly as received: with Express `express.raw({ type: "application/json" })`, with
 * fetch-style handlers `await request.text()`. `secret` is the endpoint's `whsec_…`; give several while one replaces
 * another. Event types that this version does not know arrive as they are: have a default branch.
 *
 * @throws {WebhookVerificationError} with a `reason`; answer such a request with 400.
 */
export async function unwrapWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  options: UnwrapOptions = {},
): Promise<WebhookPayload> {
  await verifyWebhook(body, headers, secret, options);
  try {
    return JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body)) as WebhookPayload;
  } catch {
    throw new WebhookVerificationError(
      "invalid_body",
      "The signature is right, but the body is not JSON: it is no MusicVerse event",
    );
  }
}

/** The verification of {@link unwrapWebhook} alone, for bodies of any kind. */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  options: UnwrapOptions = {},
): Promise<void> {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw new WebhookVerificationError(
      "invalid_body",
      "Give the body as received, string or bytes, not as a parsed object: parsing changes it and breaks the signature",
    );
  }
  const keys = (typeof secret === "string" ? [secret] : secret).map(parseSecret);
  if (keys.length === 0) throw new WebhookVerificationError("invalid_secret", "Give at least one webhook secret");
  const id = header(headers, "webhook-id");
  const timestamp = header(headers, "webhook-timestamp");
  const signatures = header(headers, "webhook-signature");
  checkTimestamp(timestamp, options);
  const content = concat(
    new TextEncoder().encode(`${id}.${timestamp}.`),
    typeof body === "string" ? new TextEncoder().encode(body) : body,
  );
  const candidates = signatures
    .split(" ")
    .filter((entry) => entry.startsWith("v1,"))
    .map((entry) => decodeBase64(entry.slice(3)));
  for (const key of keys) {
    const expected = await hmac(key, content);
    if (candidates.some((candidate) => candidate !== null && isEqual(candidate, expected))) return;
  }
  throw new WebhookVerificationError(
    "signature_mismatch",
    "No signature matches: does the secret belong to this endpoint, and is the body passed on exactly as received?",
  );
}

function header(headers: WebhookHeaders, name: string): string {
  const value =
    "get" in headers && typeof headers.get === "function"
      ? headers.get(name)
      : fromRecord(headers as Record<string, unknown>, name);
  if (typeof value === "string" && value !== "") return value;
  throw new WebhookVerificationError(
    "missing_header",
    `The header ${name} is missing: this request does not come from MusicVerse, or a proxy dropped it`,
  );
}

function fromRecord(headers: Record<string, unknown>, name: string): unknown {
  const key = Object.keys(headers).find((candidate) => candidate.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return Array.isArray(value) ? value.join(" ") : value;
}

function checkTimestamp(timestamp: string, { toleranceMs = TOLERANCE_MS, now = Date.now }: UnwrapOptions): void {
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookVerificationError("invalid_timestamp", "webhook-timestamp is not a number of seconds since 1970");
  // Whole seconds, as sent: 300 s is inside, 301 s is outside.
  const offsetS = Math.floor(now() / 1000) - Number(timestamp);
  if (Math.abs(offsetS) * 1000 <= toleranceMs) return;
  const when = offsetS > 0 ? `${offsetS} s ago` : `${-offsetS} s in the future`;
  throw new WebhookVerificationError(
    "timestamp_out_of_tolerance",
    `The webhook was sent ${when}: a replay, or this machine's clock is wrong`,
  );
}

async function hmac(key: Uint8Array<ArrayBuffer>, content: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, content));
}

/** Takes the same time wherever the difference is. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
