import { WebhookVerificationError } from "./verification-error.ts";

const PREFIX = "whsec_";
/** Bounds of the key in bytes: shorter is no secret, longer is no Standard Webhooks secret. */
const BYTES_MIN = 16;
const BYTES_MAX = 75;

/** The key bytes of a webhook secret: base64, with or without padding and with or without `whsec_` before it. */
export function parseSecret(secret: string): Uint8Array<ArrayBuffer> {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const bytes = decodeBase64(text);
  if (!bytes)
    throw invalid(
      secret.includes(",")
        ? "it must start at whsec_, without a version such as v1 before it"
        : "it is not whsec_ and base64",
    );
  if (bytes.length < BYTES_MIN || bytes.length > BYTES_MAX) {
    throw invalid(`${bytes.length} bytes decoded, a secret has ${BYTES_MIN} to ${BYTES_MAX}`);
  }
  return bytes;
}

/** Null for anything that is not standard base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const digits = text.replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return null;
  return Uint8Array.from(atob(digits), (char) => char.charCodeAt(0));
}

function invalid(reason: string): WebhookVerificationError {
  return new WebhookVerificationError(
    "invalid_secret",
    `The webhook secret is not valid: ${reason}. Copy it again from the endpoint's settings.`,
  );
}
