import { hash, timingSafeEqual } from "node:crypto";
import { newToken } from "../../platform/crypto/index.ts";

const secretPrefix = "amv_client_";

export const secretHint = (last4: string): string => `${secretPrefix}...${last4}`;

/** A new client secret with what is stored of it. 256 random bits need no slow hash and no pepper: nobody can guess them. */
export function newClientSecret(): { secret: string; secretHash: Buffer; last4: string } {
  const secret = newToken(secretPrefix);
  return { secret, secretHash: hashSecret(secret), last4: secret.slice(-4) };
}

/** Whether `given` is the secret behind one of the hashes; always the same work. */
export function matchesSecret(given: string, hashes: readonly Buffer[]): boolean {
  const hashed = hashSecret(given);
  return hashes.map((stored) => timingSafeEqual(stored, hashed)).includes(true);
}

function hashSecret(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}
