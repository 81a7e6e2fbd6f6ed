/** Bytes `start` to `end`, both inclusive and from 0; without `end` up to the last one. The answer's status is 206 when it was served. */
export interface ByteRange {
  start: number;
  end?: number;
}

/** The value of a `Range` header. */
export function rangeHeader(range: ByteRange | string | undefined): string | undefined {
  return typeof range === "object" ? `bytes=${range.start}-${range.end ?? ""}` : range;
}
