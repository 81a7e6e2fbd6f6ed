import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";

const chunkBytes = 64 * 1024;

/** Answers `{"data":{"status":2,"audio":"<hex>"}, …rest}` piece by piece: a long song has 80 MB of hexadecimal. */
export async function sendHex(response: Response, audio: Buffer, rest: Record<string, unknown>): Promise<void> {
  const head = '{"data":{"status":2,"audio":"';
  const tail = `"},${JSON.stringify(rest).slice(1)}`;
  const length = Buffer.byteLength(head) + audio.length * 2 + Buffer.byteLength(tail);
  response.status(200).type("json").set("Content-Length", String(length));
  function* pieces(): Generator<string> {
    yield head;
    for (let at = 0; at < audio.length; at += chunkBytes) yield audio.toString("hex", at, at + chunkBytes);
    yield tail;
  }
  try {
    await pipeline(Readable.from(pieces(), { objectMode: false }), response);
  } catch (error) {
    // The caller went away: nobody is left to tell.
    if (!response.destroyed) throw error;
  }
}
