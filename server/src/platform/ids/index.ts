import { randomInt } from "node:crypto";
import { v7 } from "uuid";

/**
 * TypeIDs (github.com/jetify-com/typeid, spec 0.3): inside the server and the database an id is a UUIDv7 string,
 * outside it is `<prefix>_` + 26 characters of base32 of the same 128 bits. Sorting by either is sorting by time.
 */
export const idPrefixes = ["acc", "usr", "key", "ses", "gen", "trk", "pls", "pli", "whk", "evt", "dlv", "rpl", "req", "adm", "iev", "app", "con", "sgn", "dft", "var", "ech", "ast"] as const;
export type IdPrefix = (typeof idPrefixes)[number];

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const VALUE_OF = new Map([...ALPHABET].map((character, value) => [character, value]));

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
  // 26 × 5 = 130 bits: the two missing ones are leading zeros.
  let text = "";
  let bits = 2;
  let pending = 0;
  for (const digit of uuid) {
    if (digit === "-") continue;
    pending = (pending << 4) | Number.parseInt(digit, 16);
    bits += 4;
    if (bits < 5) continue;
    bits -= 5;
    text += ALPHABET.charAt(pending >> bits);
    pending &= (1 << bits) - 1;
  }
  return `${prefix}_${text}`;
}

/** The UUID of a TypeID with exactly this prefix; null for anything else (a caller answers 404, never 500). */
export function decodeId(prefix: IdPrefix, text: string): string | null {
  const suffix = text.slice(prefix.length + 1);
  if (!text.startsWith(`${prefix}_`) || !SUFFIX.test(suffix)) return null;
  let hex = "";
  let bits = -2;
  let pending = 0;
  for (const character of suffix) {
    pending = (pending << 5) | (VALUE_OF.get(character) ?? 0);
    bits += 5;
    while (bits >= 4) {
      bits -= 4;
      hex += ((pending >> bits) & 15).toString(16);
      pending &= (1 << bits) - 1;
    }
  }
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
