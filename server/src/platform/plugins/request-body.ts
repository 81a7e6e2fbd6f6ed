import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { openSource, type BlobSource, type SentBody } from "@musicverse/plugin-kit";

/** Small enough that a slow line moves one well within the time for a pause. */
const PIECE_BYTES = 64 * 1024;

/** A file on its way out. */
export interface OpenedBody {
  readonly stream: Readable;
  readonly size: number;
  /** What has been sent so far. */
  sent(): SentBody;
  /** Why the file could not be read; null when that is not what went wrong. */
  failure(): Error | null;
}

/** Opens a source for one request: exactly its size, in small pieces, hashed while they pass. */
export function openBody(source: BlobSource, on: { moved: () => void; ended: () => void }): OpenedBody {
  const { size } = source;
  const chunks = openSource(source);
  const hash = createHash("sha256");
  let bytes = 0;
  let failure: Error | null = null;

  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const chunk of read()) {
      bytes += chunk.length;
      if (bytes > size) throw (failure = new TypeError(`the body is longer than the ${size} bytes it says it has`));
      hash.update(chunk);
      for (let offset = 0; offset < chunk.length; offset += PIECE_BYTES) {
        on.moved();
        yield chunk.subarray(offset, offset + PIECE_BYTES);
      }
    }
    if (bytes < size)
      throw (failure = new TypeError(`the body ended after ${bytes} of the ${size} bytes it says it has`));
    on.ended();
  }
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw failure;
    }
  }
  return {
    stream: Readable.from(pieces(), { objectMode: false, highWaterMark: PIECE_BYTES }),
    size,
    sent: () => ({ bytes, sha256: hash.copy().digest("hex") }),
    failure: () => failure,
  };
}
