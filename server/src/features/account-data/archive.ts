import { finished, Readable } from "node:stream";
import { ZipFile } from "yazl";

export interface Entry {
  path: string;
  content: Readable;
  /** Default true; audio is compressed already. */
  compress?: boolean;
}

/**
 * A ZIP file made while it is read: the next entry is asked for when the one before has been read, so it holds no more in
 * memory than the buffers of one entry, however slowly it is read. Destroying it ends `entries`.
 */
export function archiveOf(entries: AsyncIterable<Entry>): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const fail = (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error)));
  zip.on("error", fail);
  const gone = new AbortController();
  output.once("close", () => gone.abort());
  add(zip, entries, gone.signal).catch(fail);
  return output;
}

async function add(zip: ZipFile, entries: AsyncIterable<Entry>, gone: AbortSignal): Promise<void> {
  for await (const { path, content, compress = true } of entries) {
    const read = untilRead(content, gone);
    zip.addReadStream(content, path, { compress, mtime: new Date() });
    await read;
  }
  zip.end();
}

/** Resolves at the end of the stream; when the reader of the archive is gone, ends the stream and rejects. */
function untilRead(content: Readable, gone: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => content.destroy(new Error("the reader of the archive is gone"));
  if (gone.aborted) stop();
  else gone.addEventListener("abort", stop, { once: true });
  finished(content, (error) => {
    gone.removeEventListener("abort", stop);
    if (error) reject(error);
    else resolve();
  });
  return promise;
}
