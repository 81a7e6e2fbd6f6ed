import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import type { KeyRing } from "../../platform/crypto/index.ts";

const prefix = "whsec_";
const SECRET_BYTES = 32;

/** A new signing secret in the form of Standard Webhooks: `whsec_` + base64 of 32 random bytes. */
export function newSecret(): string {
  return prefix + randomBytes(SECRET_BYTES).toString("base64");
}

/** Binds an encrypted secret to its row: copied to another endpoint it does not decrypt. */
const aad = (accountId: string, webhookId: string) => `${accountId}|webhook|${webhookId}|secret`;

export function sealSecret(keyRing: KeyRing, accountId: string, webhookId: string, secret: string): string {
  return keyRing.encrypt(secret, aad(accountId, webhookId));
}

export function openSecret(keyRing: KeyRing, accountId: string, webhookId: string, sealed: string): string {
  return keyRing.decrypt(sealed, aad(accountId, webhookId));
}

/** `(id, timestamp, body) → "v1,<base64>"` over `id.timestamp.body`, timestamp in Unix seconds. */
export type Sign = (id: string, timestamp: number, body: Buffer) => string;

/** The secret before a rotation, which signs too until the overlap ends. */
export interface PreviousSecret {
  secret: string;
  until: Date;
}

/** During an overlap the header holds one signature per secret, the new one first. */
export function createSigner(secret: string, previous: PreviousSecret | null = null): Sign {
  const sign = signerOf(secret);
  if (previous === null) return sign;
  const signBefore = signerOf(previous.secret);
  return (id, timestamp, body) => {
    const current = sign(id, timestamp, body);
    // The second in which the overlap ends belongs to the new secret alone.
    return (timestamp + 1) * 1_000 <= previous.until.getTime()
      ? `${current} ${signBefore(id, timestamp, body)}`
      : current;
  };
}

function signerOf(secret: string): Sign {
  if (!secret.startsWith(prefix)) throw new Error("a webhook secret must start with whsec_");
  const key = createSecretKey(Buffer.from(secret.slice(prefix.length), "base64"));
  return (id, timestamp, body) =>
    `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}
