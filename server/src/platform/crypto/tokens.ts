import { crc32 } from "node:zlib";
import { randomBase62, toBase62 } from "./base62.ts";

/** Characters after the prefix: 43 random ones (256 bit) and a checksum of 6. */
const SECRET = /^[0-9A-Za-z]{49}$/;

/** CRC-32 (the one of zlib) of everything before it, as six base62 digits: typos and chance finds are told apart offline. */
export function checksum(body: string): string {
  return toBase62(crc32(body), 6);
}

/** A new secret that scanners recognise: `prefix` + 256 random bits + checksum, in base62. */
export function newToken(prefix: string): string {
  const body = prefix + randomBase62(43);
  return body + checksum(body);
}

/** Whether the text can be one of `newToken(prefix)` at all; needs no database. */
export function isTokenOf(prefix: string, text: string): boolean {
  return (
    text.startsWith(prefix) && SECRET.test(text.slice(prefix.length)) && text.endsWith(checksum(text.slice(0, -6)))
  );
}
