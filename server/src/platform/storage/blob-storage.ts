import type { Readable } from "node:stream";

/** Inclusive byte positions, as in an HTTP Range: `{ start: 0, end: 99 }` is the first hundred bytes. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface StoredBlob {
  bytes: number;
  /** Lower-case hexadecimal SHA-256 of the content. */
  sha256: string;
}

export interface PutOptions {
  /** Default: no limit. */
  maxBytes?: number;
  visibleAfter?: Promise<unknown>;
}

/**
 * Where audio and other large values live. Every adapter passes `blobStorageSuite`.
 *
 * A key is one to four segments of letters, digits, `_` and `-`, joined by `/`, for example `<accountId>/<trackId>`;
 * anything else throws `InvalidBlobKeyError`, so that no key can name something outside the store.
 */
export interface BlobStorage {
  /**
   * Writes the whole value or nothing: a reader sees the old value until the new one is complete and durable.
   * Throws `BlobTooLargeError` as soon as more than `maxBytes` have arrived, and whatever the source throws. Nothing of
   * it stands under the key before `visibleAfter` resolves, and never when that rejects, which it throws then.
   */
  put(key: string, source: Readable | Uint8Array, options?: PutOptions): Promise<StoredBlob>;
  /**
   * Throws `BlobNotFoundError`; `RangeError` when `start` is not inside the value or lies after `end`. An `end` past
   * the last byte is cut. Destroying the stream frees what it holds.
   */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /** A part that fits into memory, which is the caller's alone. Throws as `get`. */
  readPart(key: string, range: ByteRange): Promise<Uint8Array>;
  stat(key: string): Promise<{ bytes: number } | null>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
  /** Removes what is left of values whose writers were killed. Any process may do it at any time. */
  removeUnfinished(): Promise<void>;
  /** Rejects, and says why for those who run the server, when values cannot be read. */
  ping(): Promise<void>;
  /** Frees connections; nothing may be asked afterwards. */
  close(): Promise<void>;
}

export class BlobTooLargeError extends Error {
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The value is larger than the ${maxBytes} bytes allowed.`);
    this.name = "BlobTooLargeError";
    this.maxBytes = maxBytes;
  }
}

export class BlobNotFoundError extends Error {
  constructor(key: string) {
    super(`No value is stored under "${key}".`);
    this.name = "BlobNotFoundError";
  }
}

export class InvalidBlobKeyError extends Error {
  constructor(key: string) {
    super(`${JSON.stringify(key)} is no storage key: use segments of A-Z a-z 0-9 _ - joined by "/".`);
    this.name = "InvalidBlobKeyError";
  }
}

const KEY_PATTERN = /^[A-Za-z0-9_-]{1,64}(?:\/[A-Za-z0-9_-]{1,64}){0,3}$/;

/** The segments of a valid key; throws `InvalidBlobKeyError` for any other. */
export function keySegments(key: string): string[] {
  if (!KEY_PATTERN.test(key)) throw new InvalidBlobKeyError(key);
  return key.split("/");
}

/** The range as it will be served from a value of `bytes` bytes; throws `RangeError` when it cannot be. */
export function clampRange(range: ByteRange, bytes: number): ByteRange {
  const { start, end } = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start > end || start >= bytes) {
    throw new RangeError(`Bytes ${start} to ${end} are not inside a value of ${bytes} bytes.`);
  }
  return { start, end: Math.min(end, bytes - 1) };
}
