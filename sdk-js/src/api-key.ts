import { MusicVerseError } from "./errors.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** Public id, secret, checksum. */
const BODY_LENGTH = 12 + 43 + 6;
const CHECKSUM_LENGTH = 6;

/**
 * Finds a mistyped or cut-off API key before anything is sent. An API key ends in a checksum: the CRC-32 of all that
 * stands before it, as six base62 digits. Anything that is no API key of this form (a session token, a future form) is
 * left to the server.
 */
export function checkApiKey(key: string): void {
  if (key === "") throw new MusicVerseError("apiKey is empty");
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new MusicVerseError("apiKey contains spaces, line breaks or other characters that no key has: copy it again");
  const body = /^amv_(?:live|test)_(.*)$/.exec(key)?.[1];
  if (body === undefined || body.length > BODY_LENGTH) return;
  if (body.length < BODY_LENGTH)
    throw new MusicVerseError(
      `apiKey is cut off: ${BODY_LENGTH - body.length} characters are missing at its end; copy all of it`,
    );
  if (checksum(key.slice(0, -CHECKSUM_LENGTH)) !== key.slice(-CHECKSUM_LENGTH)) {
    throw new MusicVerseError("apiKey is mistyped: its checksum does not match; copy it again");
  }
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i += 1) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}

/** CRC-32 as in zlib and PNG (polynomial 0xEDB88320, reflected). */
function crc32(ascii: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < ascii.length; i += 1) {
    crc ^= ascii.charCodeAt(i);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
