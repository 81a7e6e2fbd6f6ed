import { buffer } from "node:stream/consumers";
import type { BlobStorage } from "../../../platform/storage/index.ts";

/** Random access to a value of known size. */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `position`; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Bytes fetched at a time: parsers read a few bytes here and there, stores answer in round trips. */
const windowBytes = 256 * 1024;

/** Reads a stored value in windows, so that memory stays small whatever the size of the value. */
export function blobSource(storage: BlobStorage, key: string, size: number): ByteSource {
  let start = 0;
  let held: Uint8Array = new Uint8Array(0);

  return {
    size,
    async read(position, length) {
      const end = Math.min(position + length, size);
      if (position >= end) return new Uint8Array(0);
      if (position < start || end > start + held.length) {
        const last = Math.min(Math.max(end, position + windowBytes), size) - 1;
        held = await buffer(await storage.get(key, { start: position, end: last }));
        start = position;
      }
      return held.subarray(position - start, end - start);
    },
  };
}
