import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import type { NamedKey } from "../config/index.ts";

/** Encrypts what is stored and must be read again: webhook secrets, stored answers, providers' tokens. */
export interface KeyRing {
  /** `aad` names the row and field the text belongs to, e.g. `${accountId}|webhook|${id}|secret`. */
  encrypt(plain: string, aad: string): string;
  /** Throws DecryptionError for another `aad`, a changed text, or a key that is not in the ring. */
  decrypt(text: string, aad: string): string;
}

export class DecryptionError extends Error {
  override name = "DecryptionError";
}

const ALGORITHM = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^v1\.([a-z0-9]{1,16})\.([\w-]{16})\.([\w-]+)$/;

/**
 * AES-256-GCM; the first key encrypts, all of them decrypt, so keys rotate without downtime. Text form:
 * `v1.<key id>.<iv>.<ciphertext and tag>` in base64url.
 */
export function createKeyRing(keys: readonly NamedKey[]): KeyRing {
  const ring = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]));
  const [first] = ring;
  if (!first) throw new Error("a key ring needs at least one key: set MASTER_KEYS");
  const [currentId, currentKey] = first;
  return {
    encrypt: (plain, aad) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, currentKey, iv, { authTagLength: TAG_BYTES }).setAAD(
        bound(currentId, aad),
      );
      const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `v1.${currentId}.${iv.toString("base64url")}.${sealed.toString("base64url")}`;
    },
    decrypt: (text, aad) => {
      const [, id, iv, sealed] = FORM.exec(text) ?? [];
      if (id === undefined || iv === undefined || sealed === undefined)
        throw new DecryptionError("not an encrypted text");
      const key = ring.get(id);
      if (!key)
        throw new DecryptionError(
          `encrypted with the key "${id}", which is not in MASTER_KEYS: put it back at the end`,
        );
      return open(key, Buffer.from(iv, "base64url"), Buffer.from(sealed, "base64url"), bound(id, aad));
    },
  };
}

/** A 256-bit secret for one purpose (e.g. "cursors"), made from the newest master key; changes when that is rotated. */
export function deriveSecret(keys: readonly NamedKey[], purpose: string): Buffer {
  const [current] = keys;
  if (!current) throw new Error("no key to derive from: set MASTER_KEYS");
  return Buffer.from(hkdfSync("sha256", current.key, "", `musicverse ${purpose}`, 32));
}

/** The same of every master key, newest first: what was made with an older one is still known while that is in the ring. */
export function deriveSecrets(keys: readonly NamedKey[], purpose: string): [Buffer, ...Buffer[]] {
  return [deriveSecret(keys, purpose), ...keys.slice(1).map((key) => deriveSecret([key], purpose))];
}

function bound(keyId: string, aad: string): Buffer {
  return Buffer.from(`v1|${keyId}|${aad}`);
}

function open(key: KeyObject, iv: Buffer, sealed: Buffer, aad: Buffer): string {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(aad);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch (error) {
    throw new DecryptionError("the text was changed, or belongs to another row or field", { cause: error });
  }
}
