import { isUtf8 } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { PluginError } from "./errors.ts";
import type { WebhookDelivery, WebhookVerdict } from "./capabilities/webhooks.ts";

// Verified building blocks for `webhooks.verify`. Several secrets may be given: while one is replaced, both are good.
// One that is not configured is no secret: `undefined` turned into text would be one that everybody knows.
type Secrets = readonly (string | undefined)[];

/** Compares without telling by its time where two texts differ. Their lengths are no secret. */
export function equalInConstantTime(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`.
 * @param secrets `whsec_` and base64
 */
export function verifyStandardWebhook({ headers, body }: WebhookDelivery, secrets: Secrets): WebhookVerdict {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => headers[`webhook-${name}`]);
  if (!id || !timestamp || !signatures) return refused("webhook-id, webhook-timestamp or webhook-signature is missing");
  const signedAt = momentOf(timestamp);
  if (!signedAt) return refused("webhook-timestamp is no time in seconds");
  // The library signs text: bytes that are none would all become the same replacement character.
  if (!isUtf8(body)) return refused("the body is not UTF-8");
  const wanted = configured(secrets).map((secret) => signerWith(secret).sign(id, signedAt, Buffer.from(body)));
  return anyEqual(signatures.split(" "), wanted) ? { verified: true, signedAt } : mismatch;
}

/**
 * One header `t=<unix seconds>,v1=<hex>[,v1=…]`: HMAC-SHA-256 over `<t>.<body>`, as Stripe and others send it.
 * @param secrets taken as they are, prefix included
 */
export function verifyTimestampedHmac(
  { headers, body }: WebhookDelivery,
  { header, secrets }: { header: string; secrets: Secrets },
): WebhookVerdict {
  const pairs = (headers[header.toLowerCase()] ?? "").split(",").map((pair) => pair.trim().split("=", 2));
  const timestamps = pairs.flatMap(([name, value = ""]) => (name === "t" ? [value] : []));
  const signatures = pairs.flatMap(([name, value = ""]) => (name === "v1" ? [value] : []));
  const [timestamp] = timestamps;
  if (timestamp === undefined || timestamps.length > 1 || signatures.length === 0) {
    return refused(`${header} is missing, or not of the form t=…,v1=…`);
  }
  const signedAt = momentOf(timestamp);
  if (!signedAt) return refused(`t in ${header} is no time in seconds`);
  const wanted = configured(secrets).map((secret) =>
    createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex"),
  );
  return anyEqual(signatures, wanted) ? { verified: true, signedAt } : mismatch;
}

const configured = (secrets: Secrets): string[] => secrets.filter((secret): secret is string => Boolean(secret));
const refused = (reason: string): WebhookVerdict => ({ verified: false, reason });
const mismatch = refused("no signature fits the body and the secret");

/** Every pair is compared, whatever came before: which secret fits is nobody's business. */
function anyEqual(given: readonly string[], wanted: readonly string[]): boolean {
  const results = given.flatMap((one) => wanted.map((other) => equalInConstantTime(one, other)));
  return results.includes(true);
}

/** Whole seconds since 1970, until the year 2286. */
function momentOf(text: string): Date | null {
  return /^[1-9]\d{0,9}$/.test(text) ? new Date(Number(text) * 1000) : null;
}

function signerWith(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    throw new PluginError("PERMANENT", "the configured webhook secret is not whsec_ and base64");
  }
}
