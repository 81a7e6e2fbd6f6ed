import { once } from "node:events";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { archiveOf, type Entry } from "./archive.ts";
import { unzip } from "./unzip.fixture.ts";

const MEGABYTE = 1024 * 1024;

/** Entries of a megabyte each, which count how many were asked for and how many bytes were read. */
function source(count: number) {
  const seen = { entries: 0, bytes: 0, ended: false };
  async function* chunks() {
    for (let index = 0; index < 16; index += 1) {
      seen.bytes += MEGABYTE / 16;
      yield Buffer.alloc(MEGABYTE / 16, index);
    }
  }
  async function* entries(): AsyncGenerator<Entry> {
    try {
      for (let index = 0; index < count; index += 1) {
        seen.entries += 1;
        yield { path: `${index}.bin`, content: Readable.from(chunks()), compress: false };
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, entries };
}

test("an archive has its entries, whole and in order", async () => {
  const files = await unzip(await buffer(archiveOf(source(3).entries())));
  expect([...files.keys()]).toEqual(["0.bin", "1.bin", "2.bin"]);
  for (const content of files.values()) expect(content.length).toBe(MEGABYTE);
});

test("while nobody reads, no more is made than fits into the buffers", async () => {
  const { seen, entries } = source(200);
  const archive = archiveOf(entries());
  await once(archive, "readable");
  for (let index = 0; index < 500; index += 1) await turn();
  expect(seen.entries).toBe(1);
  expect(seen.bytes).toBeLessThanOrEqual(MEGABYTE);
  archive.destroy();
});

test("when the reader goes away the rest is not made", async () => {
  const { seen, entries } = source(200);
  const archive = archiveOf(entries());
  await once(archive, "readable");
  archive.read();
  archive.destroy();
  await expect.poll(() => seen.ended).toBe(true);
  expect(seen.entries).toBeLessThan(5);
});

test("an entry that fails breaks the archive off, so that nobody takes it for whole", async () => {
  async function* entries(): AsyncGenerator<Entry> {
    yield { path: "a", content: Readable.from(["a"]) };
    throw new Error("the database is gone");
  }
  await expect(buffer(archiveOf(entries()))).rejects.toThrow("the database is gone");
});
