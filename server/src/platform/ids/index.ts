import { randomInt } from "node:crypto";
import { v7 } from "uuid";

/**
 * TypeIDs (github.com/jetify-com/typeid, spec 0.3): inside the server and the database an id is a UUIDv7 string,
 * outside it is `<prefix>_` + 26 characters of base32 of the same 128 bits. Sorting by either is sorting by time.
 */
export const idPrefixes = [
  "acc",
  "usr",
  "key",
  "ses",
  "gen",
  "trk",
  "pls",
  "pli",
  "whk",
  "evt",
  "dlv",
  "rpl",
  "req",
  "adm",
  "iev",
  "app",
  "con",
  "sgn",
  "dft",
  "var",
  "ech",
  "ast",
] as const;
export type IdPrefix = (typeof idPrefixes)[number];

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
// Every answer holds ids: tables instead of parsing and printing one digit after the other.
const BASE32_PAIRS = Array.from(
  { length: 1024 },
  (_, value) => ALPHABET.charAt(value >> 5) + ALPHABET.charAt(value & 31),
);
const HEX_PAIRS = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));
const VALUE_OF_BASE32 = valuesByCode(ALPHABET);
const VALUE_OF_HEX = valuesByCode("0123456789abcdef");
const DASH = 45;

/** A new UUIDv7, increasing within this process. */
export function newId(): string {
  return v7();
}

/** The smallest UUIDv7 of a moment: ids made since then are greater. */
export function idAt(moment: Date): string {
  const hex = moment.getTime().toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

const latest = { msecs: -1, seq: 0 };

/** The same of a given moment, for rows that are found by time: increasing within the moment, too. */
export function newIdAt(moment: Date): string {
  const msecs = moment.getTime();
  // The half of the 32 bits that begins anew each millisecond leaves room to count up.
  latest.seq = msecs === latest.msecs ? latest.seq + 1 : randomInt(2 ** 31);
  latest.msecs = msecs;
  return v7({ msecs, seq: latest.seq });
}

/** `("trk", uuid)` → `trk_01h455vb4pex5vsknk084sn02q` */
export function encodeId(prefix: IdPrefix, uuid: string): string {
  let text = `${prefix}_`;
  // 26 × 5 = 130 bits: the two missing ones are leading zeros.
  let bits = 2;
  let pending = 0;
  for (let at = 0; at < uuid.length; at += 1) {
    const code = uuid.charCodeAt(at);
    if (code === DASH) continue;
    pending = (pending << 4) | (VALUE_OF_HEX[code] ?? 0);
    bits += 4;
    if (bits < 10) continue;
    bits -= 10;
    text += BASE32_PAIRS[pending >> bits];
    pending &= (1 << bits) - 1;
  }
  return text;
}

/** The UUID of a TypeID with exactly this prefix; null for anything else (a caller answers 404, never 500). */
export function decodeId(prefix: IdPrefix, text: string): string | null {
  const suffix = text.slice(prefix.length + 1);
  if (!text.startsWith(`${prefix}_`) || !SUFFIX.test(suffix)) return null;
  let uuid = "";
  let bits = -2;
  let pending = 0;
  for (let at = 0; at < suffix.length; at += 1) {
    pending = (pending << 5) | (VALUE_OF_BASE32[suffix.charCodeAt(at)] ?? 0);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    uuid += HEX_PAIRS[pending >> bits];
    if (uuid.length === 8 || uuid.length === 13 || uuid.length === 18 || uuid.length === 23) uuid += "-";
    pending &= (1 << bits) - 1;
  }
  return uuid;
}

/** Of capital letters too: a UUID may be written with either. */
function valuesByCode(alphabet: string): Uint8Array {
  const values = new Uint8Array(128);
  for (const [value, character] of [...alphabet].entries()) {
    values[character.charCodeAt(0)] = value;
    values[character.toUpperCase().charCodeAt(0)] = value;
  }
  return values;
}
