import { createHash, randomUUID } from "node:crypto";
import { access, constants, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { BlobNotFoundError, BlobTooLargeError, clampRange, keySegments } from "./blob-storage.ts";
import type { BlobStorage, ByteRange, StoredBlob } from "./blob-storage.ts";
import type { Clock } from "../clock/index.ts";
import { HOUR_MS } from "../time/index.ts";

export interface LocalDiskOptions {
  /** Created when missing. All values and their temporary files live below it, on one filesystem. */
  directory: string;
  clock: Clock;
  /** A temporary file not written to for this long belongs to a process that is gone. Default: one hour. */
  staleAfterMs?: number;
}

const temporaryFolder = ".incoming";

/** Opens (and tidies) a storage directory. Throws when the directory cannot be created or read. */
export async function openLocalDisk(options: LocalDiskOptions): Promise<BlobStorage> {
  const root = path.resolve(options.directory);
  const incoming = path.join(root, temporaryFolder);
  await mkdir(incoming, { recursive: true });
  const removeUnfinished = () =>
    removeStale(incoming, options.clock.now().getTime() - (options.staleAfterMs ?? HOUR_MS));
  await removeUnfinished();
  const fileOf = (key: string): string => path.join(root, ...keySegments(key));

  return {
    async put(key, source, { maxBytes = Number.POSITIVE_INFINITY, visibleAfter } = {}) {
      const target = fileOf(key);
      const temporary = path.join(incoming, randomUUID());
      try {
        const [stored] = await bothEnded(writeDurably(temporary, source, maxBytes), visibleAfter);
        await moveInto(temporary, target, root);
        return stored;
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },

    async get(key, range) {
      const handle = await openExisting(fileOf(key), key);
      try {
        return await readFrom(handle, range);
      } catch (error) {
        await handle.close();
        throw error;
      }
    },

    async readPart(key, range) {
      const handle = await openExisting(fileOf(key), key);
      try {
        return await readRange(handle, range);
      } finally {
        await handle.close();
      }
    },

    async stat(key) {
      try {
        return { bytes: (await stat(fileOf(key))).size };
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },

    async delete(key) {
      await rm(fileOf(key), { force: true });
    },

    removeUnfinished,
    ping: () => access(incoming, constants.R_OK | constants.W_OK),
    close: async () => {},
  };
}

/** As `Promise.all`, but throws only when neither goes on: a file that is still written cannot be tidied away. */
async function bothEnded<T>(one: Promise<T>, other: Promise<unknown> | undefined): Promise<[T, unknown]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

async function writeDurably(file: string, source: Readable | Uint8Array, maxBytes: number): Promise<StoredBlob> {
  const hash = createHash("sha256");
  const handle = await open(file, "wx", 0o600);
  try {
    let bytes = 0;
    for await (const chunk of source instanceof Uint8Array ? [source] : (source as AsyncIterable<Uint8Array>)) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new BlobTooLargeError(maxBytes);
      hash.update(chunk);
      await writeAll(handle, chunk);
    }
    await handle.datasync();
    return { bytes, sha256: hash.digest("hex") };
  } finally {
    await handle.close();
  }
}

/** One `write` may take fewer bytes than it was given. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    offset += (await handle.write(chunk, offset)).bytesWritten;
  }
}

/** The name is durable only once each directory on the way down is on disk too. */
async function moveInto(temporary: string, target: string, root: string): Promise<void> {
  const folder = path.dirname(target);
  const created = await rename(temporary, target).catch(async (error: unknown) => {
    if (!isMissing(error)) throw error;
    const first = await mkdir(folder, { recursive: true });
    await rename(temporary, target);
    return first;
  });
  await syncDirectory(folder);
  if (created !== undefined) {
    for (let parent = folder; parent !== root;) {
      parent = path.dirname(parent);
      await syncDirectory(parent);
    }
  }
}

async function syncDirectory(folder: string): Promise<void> {
  if (process.platform === "win32") return; // Windows cannot open a directory; NTFS journals the rename itself
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readFrom(handle: FileHandle, range: ByteRange | undefined): Promise<Readable> {
  const { size } = await handle.stat();
  const wanted = range && clampRange(range, size);
  if (size === 0) {
    await handle.close();
    return Readable.from([]);
  }
  return handle.createReadStream({ ...wanted, highWaterMark: 256 * 1024 });
}

/** One `read` may give fewer bytes than it was asked for. */
async function readRange(handle: FileHandle, range: ByteRange): Promise<Uint8Array> {
  const { start, end } = clampRange(range, (await handle.stat()).size);
  const bytes = Buffer.allocUnsafeSlow(end - start + 1);
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw new Error("the file became shorter while it was read");
    filled += bytesRead;
  }
  return bytes;
}

async function openExisting(file: string, key: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (error) {
    throw isMissing(error) ? new BlobNotFoundError(key) : error;
  }
}

async function removeStale(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null); // another process may be tidying the same directory
    if (found && found.mtimeMs < before) await rm(file, { force: true });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
