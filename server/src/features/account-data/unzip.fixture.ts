import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { type Entry, fromBuffer, type Options, type ZipFile } from "yauzl";

const open = promisify<Buffer, Options, ZipFile>(fromBuffer);

/** Reads an archive as another program would: path → content. */
export async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const zip = await open(bytes, { lazyEntries: true, validateEntrySizes: true });
  const read = promisify(
    zip.openReadStream.bind(zip) as (
      entry: Entry,
      done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
    ) => void,
  );
  for (let left = zip.entryCount; left > 0; left -= 1) {
    const next = once(zip, "entry");
    zip.readEntry();
    const [entry] = (await next) as [Entry];
    files.set(entry.fileName, await buffer(await read(entry)));
  }
  return files;
}
