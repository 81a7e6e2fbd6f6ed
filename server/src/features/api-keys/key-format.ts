import { checksum, randomBase62 } from "../../platform/crypto/index.ts";

export type KeyMode = "live" | "test";

export interface ParsedKey {
  mode: KeyMode;
  /** Finds the row; no secret. */
  publicId: string;
}

const FORM = /^amv_(live|test)_([0-9A-Za-z]{12})[0-9A-Za-z]{43}([0-9A-Za-z]{6})$/;

/** A new key: `amv_<mode>_` + public id (12) + secret (43 characters, 256 bit) + checksum (6). */
export function generateKey(mode: KeyMode): { key: string; publicId: string } {
  const publicId = randomBase62(12);
  const body = `amv_${mode}_${publicId}${randomBase62(43)}`;
  return { key: body + checksum(body), publicId };
}

/** What a well-formed key says by itself; null when its form or its checksum is wrong. Needs no database. */
export function parseKey(key: string): ParsedKey | null {
  const [, mode, publicId, given] = FORM.exec(key) ?? [];
  if (mode === undefined || publicId === undefined || given !== checksum(key.slice(0, -6))) return null;
  return { mode: mode as KeyMode, publicId };
}
