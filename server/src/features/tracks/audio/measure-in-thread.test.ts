import { expect, test } from "vitest";
import { measureLoudnessInThread } from "./measure-in-thread.ts";
import { fixture, memorySource } from "./memory-source.fixture.ts";
import { toneWav } from "./wav.fixture.ts";

const patient = new AbortController().signal;

test("a thread measures what this one would, and this one's event loop goes on meanwhile", async () => {
  const wav = toneWav({ dbfs: -20, seconds: 20 });
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 1);
  const result = await measureLoudnessInThread(memorySource(wav), "wav", patient);
  clearInterval(ticking);
  expect(result).toEqual({ lufs: expect.closeTo(-20, 1) });
  expect(turns).toBeGreaterThan(10);
});

test("an abort stops the thread", async () => {
  const abort = new AbortController();
  const source = memorySource(toneWav({ dbfs: -20, seconds: 20 }));
  const measuring = measureLoudnessInThread(
    {
      size: source.size,
      read: (...range) => {
        abort.abort(new Error("lease lost"));
        return source.read(...range);
      },
    },
    "wav",
    abort.signal,
  );
  await expect(measuring).rejects.toThrow("lease lost");
});

test("a store that fails is an error, not a verdict on the audio", async () => {
  const broken = {
    size: 1000,
    read: async () => {
      throw new Error("disk is gone");
    },
  };
  await expect(measureLoudnessInThread(broken, "wav", patient)).rejects.toThrow("disk is gone");
});

test("damaged audio is a verdict, not an error", async () => {
  const damaged = Buffer.concat([fixture("tone.flac").subarray(0, 100), Buffer.alloc(5000, 7)]);
  const result = await measureLoudnessInThread(memorySource(damaged), "flac", patient);
  expect(result).toEqual({ unmeasurable: "undecodable" });
});

test("one after the other, and some at once, each gets its own result", async () => {
  const loudness = async (dbfs: number) => {
    const result = await measureLoudnessInThread(memorySource(toneWav({ dbfs, seconds: 0.5 })), "wav", patient);
    return "lufs" in result ? result.lufs : null;
  };
  for (let track = 0; track < 60; track += 1)
    expect(await loudness(-10 - (track % 5))).toBeCloseTo(-10 - (track % 5), 0);
  expect(await Promise.all([-12, -20, -28].map(loudness))).toEqual(
    [-12, -20, -28].map((dbfs) => expect.closeTo(dbfs, 0)),
  );
});
