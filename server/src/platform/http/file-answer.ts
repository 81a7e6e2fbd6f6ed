import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import parseRange from "range-parser";
import { BlobNotFoundError } from "../storage/index.ts";
import type { BlobStorage, ByteRange } from "../storage/index.ts";
import { isKnown } from "./etag.ts";
import { ProblemError } from "./problem.ts";

export interface AnsweredFile {
  blobKey: string;
  bytes: number;
  sha256: string;
  contentType: string;
  /** Content-Disposition; `attachment` makes it. */
  disposition: string;
  /** What is answered when the file was deleted since its row was read. */
  gone: () => ProblemError;
}

type FileAnswer =
  | { status: 200 | 206; headers: Record<string, string>; stream: Readable }
  | { status: 304; headers: Record<string, string> };

/** The stored bytes, or one range of them (RFC 9110 §14). Several ranges at once get the whole, as the RFC allows. */
export async function answerFile(storage: BlobStorage, raw: IncomingMessage, file: AnsweredFile): Promise<FileAnswer> {
  const etag = `"${file.sha256}"`;
  // Kept by the caller alone, and only for as long as asking with If-None-Match says so: a deleted file is gone.
  const caching = { ETag: etag, "Cache-Control": "private, no-cache" };
  if (isKnown(raw.headers, etag)) return { status: 304, headers: caching };
  const range = wantedRange(file.bytes, raw.headers.range, ifRangeHolds(raw.headers["if-range"], etag));
  const { start, end } = range ?? { start: 0, end: file.bytes - 1 };
  const headers = {
    "Accept-Ranges": "bytes",
    "Content-Type": file.contentType,
    "Content-Length": String(end - start + 1),
    "Content-Disposition": file.disposition,
    ...caching,
  };
  const stream = raw.method === "HEAD" ? Readable.from([]) : await open(storage, file, { start, end });
  if (!range) return { status: 200, headers, stream };
  return { status: 206, headers: { ...headers, "Content-Range": `bytes ${start}-${end}/${file.bytes}` }, stream };
}

/** `If-Range` with anything but this entity tag asks for the whole: the sender holds a part of something else. */
function ifRangeHolds(ifRange: string | string[] | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange === etag;
}

/** Null: the whole. A range that cannot be read is ignored, one outside of the file is 416. */
function wantedRange(size: number, header: string | undefined, holds: boolean): ByteRange | null {
  if (header === undefined || !holds) return null;
  const ranges = parseRange(size, header);
  if (ranges === -1) {
    throw new ProblemError("range_not_satisfiable", {
      detail: `The file has ${size} bytes; ask for a range that begins before its end.`,
      headers: { "Accept-Ranges": "bytes", "Content-Range": `bytes */${size}` },
    });
  }
  if (ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1) return null;
  return ranges[0] ?? null;
}

async function open(storage: BlobStorage, file: AnsweredFile, range: ByteRange): Promise<Readable> {
  try {
    return await storage.get(file.blobKey, range);
  } catch (error) {
    throw error instanceof BlobNotFoundError ? file.gone() : error;
  }
}
