import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { guardStalls } from "./stalls.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Lets streams pass on what they have. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

test("a source that sends nothing while somebody waits ends the stream with an error", async () => {
  const source = new PassThrough();
  const read = buffer(guardStalls(source, 1000)).catch((error: unknown) => error);
  for (const text of ["begin", "more"]) {
    source.write(text);
    await settle();
    vi.advanceTimersByTime(999);
    expect(source.destroyed).toBe(false);
  }
  vi.advanceTimersByTime(1);
  expect(await read).toMatchObject({ message: "The object store sent nothing for 1000 ms in the middle of a value." });
  expect(source.destroyed).toBe(true);
});

test("a reader may take as long as it likes", async () => {
  const source = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(100_000)));
  const guarded = guardStalls(source, 1000);
  guarded.read(0); // Fills up, then waits for its reader.
  await settle();
  expect([guarded.readableLength > 0, vi.getTimerCount()]).toEqual([true, 0]);
  vi.advanceTimersByTime(3_600_000);
  expect((await buffer(guarded)).length).toBe(5_000_000);
});

test("letting go of the stream lets go of its source at once", async () => {
  const source = new PassThrough();
  const guarded = guardStalls(source, 1000);
  guarded.resume();
  guarded.destroy();
  await settle();
  expect(source.destroyed).toBe(true);
});
