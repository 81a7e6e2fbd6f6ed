import type { Readable } from "node:stream";

/** What an operation answers, whichever it is; `OperationResult` is the one that the spec types. */
export interface AnyResult {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  stream?: Readable | AsyncIterable<string | Uint8Array> | undefined;
}
