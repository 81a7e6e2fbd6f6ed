import { MusicVerseError } from "../errors.ts";
import { loadBuiltin } from "./runtime.ts";
import type { FileSource, Uploadable } from "./uploadable.ts";

/** A file part: a blob can be read again for a retry, a stream cannot. */
export interface FilePart {
  content: Blob | AsyncIterable<Uint8Array>;
  filename: string;
  contentType: string;
}

const FALLBACK_TYPE = "application/octet-stream";

export async function toFilePart(value: Uploadable, field: string): Promise<FilePart> {
  const wrapped = isWrapped(value) ? value : { data: value };
  const content = await toContent(wrapped.data, field);
  const filename = wrapped.filename ?? nameOf(wrapped.data) ?? field;
  const contentType = wrapped.contentType ?? (content instanceof Blob && content.type ? content.type : FALLBACK_TYPE);
  return { content, filename, contentType };
}

function isWrapped(value: Uploadable): value is Exclude<Uploadable, FileSource> {
  return typeof value === "object" && value !== null && "data" in value;
}

async function toContent(source: FileSource, field: string): Promise<Blob | AsyncIterable<Uint8Array>> {
  if (typeof source === "string") return openFile(source);
  if (source instanceof Blob) return source;
  if (source instanceof ArrayBuffer) return new Blob([source]);
  if (ArrayBuffer.isView(source)) return new Blob([source as Uint8Array<ArrayBuffer>]);
  if (typeof source === "object" && source !== null) {
    if ("getReader" in source) return readStream(source);
    if (Symbol.asyncIterator in source) return source;
  }
  throw new MusicVerseError(
    `${field}: expected a path, Blob, File, ArrayBuffer, Uint8Array, ReadableStream or async iterable`,
  );
}

function nameOf(source: FileSource): string | undefined {
  if (typeof source === "string") return source.split(/[\\/]/).pop();
  return source instanceof Blob && "name" in source && typeof source.name === "string" ? source.name : undefined;
}

/** A blob over the file: nothing is read into memory, and a retry reads it again. */
async function openFile(path: string): Promise<Blob> {
  const fs = await loadBuiltin<{ openAsBlob(path: string): Promise<Blob> }>("node:fs", "Uploading from a path");
  try {
    return await fs.openAsBlob(path);
  } catch (cause) {
    throw new MusicVerseError(`Could not open ${path} for the upload: is it there and readable?`, { cause });
  }
}

/** Browsers without ReadableStream[Symbol.asyncIterator] still have readers. */
async function* readStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
