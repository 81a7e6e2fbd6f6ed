import { z } from "zod";

/**
 * Bytes that are read while they are sent, and from their beginning each time `stream` is called: they have a length and
 * can be sent again. A web `Blob` is one, so `new Blob([…])` and Node's `openAsBlob(path)` do.
 */
export interface BlobSource {
  /** How many bytes `stream` gives. */
  readonly size: number;
  /** Media type; "" when unknown. */
  readonly type: string;
  stream(): AsyncIterable<Uint8Array>;
}

/** A file in the host's storage. Whoever holds it may read it, and nobody can make one up: it has no address. */
export interface StoredFile extends BlobSource {
  /** Of the whole file, in lower-case hexadecimal digits. */
  readonly sha256: string;
  /** As of a web `Blob`: from byte `start` up to, and without, byte `end`. For uploads in parts. */
  slice(start?: number, end?: number): BlobSource;
}

export function isBlobSource(value: unknown): value is BlobSource {
  return (
    typeof value === "object" &&
    value !== null &&
    "size" in value &&
    Number.isSafeInteger(value.size) &&
    Number(value.size) >= 0 &&
    "stream" in value &&
    typeof value.stream === "function"
  );
}

/** For inputs and outputs of capabilities that carry a file. */
export const storedFile = z.custom<StoredFile>(
  (value) => isBlobSource(value) && "sha256" in value && "slice" in value,
  "no stored file",
);

const opened = new WeakSet<AsyncIterable<Uint8Array>>();

/** The bytes of a source, for one use. Throws when the source cannot begin anew. */
export function openSource(source: BlobSource): AsyncIterable<Uint8Array> {
  const stream = source.stream();
  if (opened.has(stream)) {
    throw new TypeError("the body cannot be sent again: each call of its stream() must begin a new stream");
  }
  opened.add(stream);
  return stream;
}
