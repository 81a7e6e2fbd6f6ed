/**
 * Bytes in any form. A string is the path of a file (Node, Deno, Bun). A stream is sent while it is read, so it is sent
 * once: no retry.
 */
export type FileSource =
  | string
  | Blob
  | ArrayBuffer
  | Uint8Array
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** A file to upload, alone or with its name and media type. */
export type Uploadable = FileSource | { data: FileSource; filename?: string; contentType?: string };
