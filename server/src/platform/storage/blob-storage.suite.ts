import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeEach, describe, expect, test } from "vitest";
import { BlobNotFoundError, BlobTooLargeError, InvalidBlobKeyError } from "./blob-storage.ts";
import type { BlobStorage } from "./blob-storage.ts";

const key = "account-1/track-1";
const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
const read = async (stream: Promise<Readable>): Promise<Buffer> => buffer(await stream);

/** What every adapter promises. `open` gives an empty store. */
export function blobStorageSuite(adapter: string, open: () => Promise<BlobStorage>): void {
  describe(`${adapter} as blob storage`, () => {
    let storage: BlobStorage;
    beforeEach(async () => {
      storage = await open();
    });

    test("a value comes back byte for byte, with its size and SHA-256", async () => {
      const stored = await storage.put(key, bytes);
      expect(stored).toEqual({ bytes: 1000, sha256: createHash("sha256").update(bytes).digest("hex") });
      expect(await storage.stat(key)).toEqual({ bytes: 1000 });
      expect(await read(storage.get(key))).toEqual(bytes);
    });

    test("a stream of many chunks is stored in order", async () => {
      const chunks = Array.from({ length: 300 }, (_, index) => Buffer.alloc(4096, index % 256));
      const stored = await storage.put(key, Readable.from(chunks));
      expect(stored.bytes).toBe(300 * 4096);
      expect(await read(storage.get(key))).toEqual(Buffer.concat(chunks));
    });

    test("an empty value is a value", async () => {
      await storage.put(key, Buffer.alloc(0));
      expect(await storage.stat(key)).toEqual({ bytes: 0 });
      expect(await read(storage.get(key))).toEqual(Buffer.alloc(0));
    });

    test("a range is inclusive at both ends and cut at the last byte", async () => {
      await storage.put(key, bytes);
      expect(await read(storage.get(key, { start: 0, end: 0 }))).toEqual(bytes.subarray(0, 1));
      expect(await read(storage.get(key, { start: 10, end: 19 }))).toEqual(bytes.subarray(10, 20));
      expect(await read(storage.get(key, { start: 990, end: 5000 }))).toEqual(bytes.subarray(990));
      expect(Buffer.from(await storage.readPart(key, { start: 10, end: 19 }))).toEqual(bytes.subarray(10, 20));
      expect(Buffer.from(await storage.readPart(key, { start: 990, end: 5000 }))).toEqual(bytes.subarray(990));
    });

    test.each([
      { start: 1000, end: 1000 },
      { start: -1, end: 5 },
      { start: 9, end: 3 },
      { start: 0.5, end: 3 },
    ])("range $start-$end of 1000 bytes is refused", async (range) => {
      await storage.put(key, bytes);
      await expect(storage.get(key, range)).rejects.toThrow(RangeError);
      await expect(storage.readPart(key, range)).rejects.toThrow(RangeError);
    });

    test("exactly maxBytes is stored, one more is refused and leaves nothing", async () => {
      expect((await storage.put(key, bytes, { maxBytes: 1000 })).bytes).toBe(1000);
      const tooLarge = storage.put("account-1/track-2", Readable.from([bytes, Buffer.alloc(1)]), { maxBytes: 1000 });
      await expect(tooLarge).rejects.toThrow(BlobTooLargeError);
      expect(await storage.stat("account-1/track-2")).toBeNull();
    });

    test("a source that fails halfway leaves the old value untouched", async () => {
      await storage.put(key, bytes);
      const failing = Readable.from(
        (async function* () {
          yield Buffer.from("half of a new value");
          throw new Error("connection lost");
        })(),
      );
      await expect(storage.put(key, failing)).rejects.toThrow("connection lost");
      expect(await read(storage.get(key))).toEqual(bytes);
    });

    test("a value stands under its key only after what it waits for, and never when that fails", async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const putting = storage.put(key, bytes, { visibleAfter: promise });
      // Begun later, and complete: what the first one lacks is not time.
      await storage.put("account-1/track-8", bytes);
      expect(await storage.stat(key)).toBeNull();
      resolve();
      await putting;
      expect(await read(storage.get(key))).toEqual(bytes);
      const never = storage.put("account-1/track-9", bytes, { visibleAfter: Promise.reject(new Error("no intent")) });
      await expect(never).rejects.toThrow("no intent");
      expect(await storage.stat("account-1/track-9")).toBeNull();
    });

    test("a second put replaces the whole value", async () => {
      await storage.put(key, bytes);
      await storage.put(key, Buffer.from("short"));
      expect((await read(storage.get(key))).toString()).toBe("short");
    });

    test("what is not there: get throws BlobNotFoundError, stat says null, delete succeeds", async () => {
      await expect(storage.get("account-1/none")).rejects.toThrow(BlobNotFoundError);
      expect(await storage.stat("account-1/none")).toBeNull();
      await storage.delete("account-1/none");
    });

    test("delete removes the value and can be repeated", async () => {
      await storage.put(key, bytes);
      await storage.delete(key);
      await storage.delete(key);
      expect(await storage.stat(key)).toBeNull();
    });

    test("two accounts with the same last segment do not meet", async () => {
      await storage.put("a/track", Buffer.from("of a"));
      await storage.put("b/track", Buffer.from("of b"));
      await storage.delete("b/track");
      expect((await read(storage.get("a/track"))).toString()).toBe("of a");
    });

    const escapes = ["/", "/a", "../a", "a/../b", ".incoming/x", "a\\b", "a/b\0"];
    const malformed = ["", "a/", "a//b", "ä", "a b", "1/2/3/4/5", "x".repeat(65)];
    test.each([...escapes, ...malformed])("the key %j is refused by every method", async (bad) => {
      await expect(storage.put(bad, bytes)).rejects.toThrow(InvalidBlobKeyError);
      await expect(storage.get(bad)).rejects.toThrow(InvalidBlobKeyError);
      await expect(storage.stat(bad)).rejects.toThrow(InvalidBlobKeyError);
      await expect(storage.delete(bad)).rejects.toThrow(InvalidBlobKeyError);
    });

    test("a reader that stops early frees its stream", async () => {
      await storage.put(key, Buffer.alloc(2_000_000));
      const stream = await storage.get(key);
      stream.resume();
      stream.destroy();
      await once(stream, "close");
      expect(stream.destroyed).toBe(true);
    });
  });
}
