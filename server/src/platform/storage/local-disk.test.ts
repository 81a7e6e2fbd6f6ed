import { mkdtemp, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { blobStorageSuite } from "./blob-storage.suite.ts";
import { openLocalDisk } from "./local-disk.ts";

let directory: string;
const clock = { now: () => new Date("2026-06-01T12:00:00Z") };
const open = () => openLocalDisk({ directory, clock });
const incoming = () => readdir(path.join(directory, ".incoming"));

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "musicverse-storage-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

blobStorageSuite("the local disk", open);

test("a value that is still arriving cannot be read and lives only among the temporary files", async () => {
  const storage = await open();
  const source = new PassThrough();
  const stored = storage.put("account/track", source);
  source.write("first half");
  await vi.waitFor(async () => expect(await incoming()).toHaveLength(1));
  expect(await storage.stat("account/track")).toBeNull();
  source.end(" second half");
  await stored;
  expect(await storage.stat("account/track")).toEqual({ bytes: 22 });
  expect(await incoming()).toEqual([]);
});

test("a refused value leaves no temporary file", async () => {
  const storage = await open();
  const refused = storage.put("account/track", Readable.from([Buffer.alloc(20)]), { maxBytes: 10 });
  await expect(refused).rejects.toThrow("10 bytes");
  expect(await incoming()).toEqual([]);
});

test("opening removes temporary files of dead processes and keeps those being written", async () => {
  const folder = path.join(directory, ".incoming");
  await mkdir(folder);
  for (const [name, time] of [
    ["dead", "2026-06-01T10:59:00Z"],
    ["alive", "2026-06-01T11:30:00Z"],
  ] as const) {
    await writeFile(path.join(folder, name), "half a song");
    await utimes(path.join(folder, name), new Date(time), new Date(time));
  }
  await open();
  expect(await incoming()).toEqual(["alive"]);
});

test("values survive opening the directory again", async () => {
  await (await open()).put("account/track", Buffer.from("song"));
  expect(await (await open()).stat("account/track")).toEqual({ bytes: 4 });
});
