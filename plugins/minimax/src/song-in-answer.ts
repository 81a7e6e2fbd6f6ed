import type { HttpResponse } from "@musicverse/plugin-kit";

/** Where the hexadecimal digits of a song stand in the bytes of an answer: from `start` to before `end`. */
export interface SongRange {
  start: number;
  end: number;
}

/** What `parseAround` puts where the song was. */
export const inItsPlace = "song";

const name = '"audio"';
const beginning = /^"audio"\s*:\s*"(?=[0-9a-f])/i;
/** Room for a name, and for whitespace after it. */
const beginningBytes = 64;
const pieceDigits = 64 * 1024;

/**
 * Finds a song in the bytes of an answer, null when there is none in hexadecimal. Ten minutes have 200 MB of it, which as
 * text, as parsed value and as sound would take three times that. Quotes inside of a JSON string are escaped, so what is
 * found is a name and not somebody's words.
 */
export function findSong(bytes: Uint8Array): SongRange | null {
  const buffer = bufferOf(bytes);
  for (let at = buffer.indexOf(name); at !== -1; at = buffer.indexOf(name, at + name.length)) {
    const found = beginning.exec(buffer.toString("latin1", at, at + beginningBytes));
    if (!found) continue;
    const start = at + found[0].length;
    const end = buffer.indexOf('"', start);
    return end === -1 ? null : { start, end };
  }
  return null;
}

/** The answer as it would be with `inItsPlace` for a song. @throws PluginError when it is no JSON */
export function parseAround(response: HttpResponse, { start, end }: SongRange): unknown {
  const buffer = bufferOf(response.bytes);
  try {
    return JSON.parse(`${buffer.toString("utf8", 0, start)}${inItsPlace}${buffer.toString("utf8", end)}`);
  } catch {
    return response.json();
  }
}

/** Null when it is not hexadecimal from first to last. */
export function decodeSong(bytes: Uint8Array, { start, end }: SongRange): Uint8Array | null {
  if ((end - start) % 2 !== 0) return null;
  const buffer = bufferOf(bytes);
  const song = Buffer.allocUnsafeSlow((end - start) / 2);
  for (let at = start; at < end; at += pieceDigits) {
    const digits = buffer.toString("latin1", at, Math.min(at + pieceDigits, end));
    // Stops at the first character that is no hexadecimal digit.
    if (song.write(digits, (at - start) / 2, "hex") * 2 !== digits.length) return null;
  }
  return song;
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
