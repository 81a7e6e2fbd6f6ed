import { Readable } from "node:stream";
import parseRange from "range-parser";
import { isKnown } from "../../platform/http/etag.ts";
import type { Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { BlobNotFoundError } from "../../platform/storage/index.ts";
import type { BlobStorage, ByteRange } from "../../platform/storage/index.ts";
import { attachment } from "./file-name.ts";
import { noSuchTrack, readTrack } from "./getTrack.ts";
import type { TracksDeps } from "./deps.ts";
import type { TrackRow } from "./store.ts";

/** The stored bytes, or one range of them (RFC 9110 §14). Several ranges at once get the whole, as the RFC allows. */
export const downloadTrackAudio =
  ({ db, storage }: Pick<TracksDeps, "db" | "storage">): Handler<"downloadTrackAudio"> =>
  async ({ principal, path, headers, raw }) => {
    const row = await readTrack(db, principal.accountId, path.track_id);
    const size = Number(row.bytes);
    const etag = `"${row.sha256}"`;
    // Kept by the caller alone, and only for as long as asking with If-None-Match says so: a deleted track is gone.
    const caching = { ETag: etag, "Cache-Control": "private, no-cache" };
    if (isKnown(headers, etag)) return { status: 304, headers: caching };
    const range = wantedRange(size, headers.range, ifRangeHolds(headers["if-range"], etag));
    const { start, end } = range ?? { start: 0, end: size - 1 };
    const answer = {
      "Accept-Ranges": "bytes",
      "Content-Type": row.content_type,
      "Content-Length": String(end - start + 1),
      "Content-Disposition": attachment(row),
      ...caching,
    };
    const stream = raw.method === "HEAD" ? Readable.from([]) : await open(storage, row, { start, end });
    if (!range) return { status: 200, headers: answer, stream };
    return { status: 206, headers: { ...answer, "Content-Range": `bytes ${start}-${end}/${size}` }, stream };
  };

/** `If-Range` with anything but this entity tag asks for the whole: the sender holds a part of something else. */
function ifRangeHolds(ifRange: string | string[] | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange === etag;
}

/** Null: the whole. A range that cannot be read is ignored, one outside of the audio is 416. */
function wantedRange(size: number, header: string | undefined, holds: boolean): ByteRange | null {
  if (header === undefined || !holds) return null;
  const ranges = parseRange(size, header);
  if (ranges === -1) {
    throw new ProblemError("range_not_satisfiable", {
      detail: `The audio has ${size} bytes; ask for a range that begins before its end.`,
      headers: { "Accept-Ranges": "bytes", "Content-Range": `bytes */${size}` },
    });
  }
  if (ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1) return null;
  return ranges[0] ?? null;
}

async function open(storage: BlobStorage, row: TrackRow, range: ByteRange): Promise<Readable> {
  try {
    return await storage.get(row.blob_key, range);
  } catch (error) {
    throw error instanceof BlobNotFoundError ? noSuchTrack() : error; // deleted since the row was read
  }
}
