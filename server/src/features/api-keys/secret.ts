import type { Peppers } from "../../platform/crypto/index.ts";
import { generateKey, type KeyMode } from "./key-format.ts";
import type { StoredSecret } from "./store.ts";
import { DAY_MS } from "../../platform/time/index.ts";

/** A secret this old should be rotated. */
const ROTATION_DAYS = 90;

export function rotationDueAt(secretCreatedAt: Date): Date {
  return new Date(secretCreatedAt.getTime() + ROTATION_DAYS * DAY_MS);
}

/** A new key text, and what is stored of it. */
export function newSecret(mode: KeyMode, peppers: Peppers, now: Date): { key: string; stored: StoredSecret } {
  const { key, publicId } = generateKey(mode);
  return {
    key,
    stored: {
      public_id: publicId,
      hash: peppers.hash(peppers.current, key),
      pepper_version: peppers.current,
      last4: key.slice(-4),
      reminder_due_at: rotationDueAt(now),
    },
  };
}
