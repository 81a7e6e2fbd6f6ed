import { describe, expect, test } from "vitest";
import { fixture, memorySource } from "./memory-source.fixture.ts";
import { measureLoudness } from "./measure.ts";
import { toneWav, wavFile } from "./wav.fixture.ts";
import type { Tone } from "./wav.fixture.ts";

const measureWav = (wav: Buffer) => measureLoudness(memorySource(wav), "wav");
const lufsOf = async (wav: Buffer): Promise<number> => {
  const result = await measureWav(wav);
  if (!("lufs" in result)) throw new Error(result.unmeasurable);
  return result.lufs;
};
const at = (dbfs: number, seconds: number): Tone => ({ dbfs, seconds });

describe("a stereo 1 kHz sine measures its own level (EBU Tech 3341, table 1, cases 1 to 5; tolerance 0.1 LU)", () => {
  test.each<[string, [Tone, ...Tone[]], number]>([
    ["case 1: -23 dBFS for 20 s", [at(-23, 20)], -23],
    ["case 2: -33 dBFS for 20 s", [at(-33, 20)], -33],
    ["case 3: quiet parts fall under the relative gate", [at(-36, 10), at(-23, 60), at(-36, 10)], -23],
    [
      "case 4: and the quietest under the absolute gate",
      [at(-72, 10), at(-36, 10), at(-23, 60), at(-36, 10), at(-72, 10)],
      -23,
    ],
    ["case 5: levels inside the gates are averaged by energy", [at(-26, 20), at(-20, 20.1), at(-26, 20)], -23],
    ["-20 dBFS for 2 s", [at(-20, 2)], -20],
  ])(
    "%s",
    async (_name, tones, expected) => {
      expect(Math.abs((await lufsOf(toneWav(...tones))) - expected)).toBeLessThanOrEqual(0.1);
    },
    60_000,
  );
});

test.each([8000, 22_050, 44_100, 96_000])("the sample rate does not change the level (%i Hz)", async (sampleRate) => {
  expect(await lufsOf(toneWav({ dbfs: -20, seconds: 2, sampleRate }))).toBeCloseTo(-20, 0);
});

test("one channel alone measures 3 LU less than the same in two", async () => {
  expect(await lufsOf(toneWav({ dbfs: -20, seconds: 2, channels: 1 }))).toBeCloseTo(-23.01, 1);
});

test("5.1: surround channels count 1.5 dB more, the low-frequency channel not at all", async () => {
  const [sampleRate, seconds] = [48_000, 2];
  const only = (channel: number): Buffer => {
    const samples = new Int16Array(sampleRate * seconds * 6);
    for (let block = 0; block < sampleRate * seconds; block += 1) {
      samples[block * 6 + channel] = 3277 * Math.sin((2 * Math.PI * 1000 * block) / sampleRate);
    }
    return wavFile(samples, { sampleRate, channels: 6 });
  };
  expect((await lufsOf(only(4))) - (await lufsOf(only(0)))).toBeCloseTo(1.49, 1);
  expect(await measureWav(only(3))).toEqual({ unmeasurable: "silent" });
});

test.each([
  ["tone.mp3", "mp3"],
  ["tone-without-header.mp3", "mp3"],
  ["tone.flac", "flac"],
  ["tone-vorbis.ogg", "ogg"],
  ["tone-opus.ogg", "ogg"],
] as const)("%s is decoded and measures the -18.06 dBFS it was made with", async (name, format) => {
  const result = await measureLoudness(memorySource(fixture(name)), format);
  // Lossy encoders add up to 50 ms of silence around this one second.
  expect(result).toEqual({ lufs: expect.closeTo(-18.06, 0) });
});

test("what cannot be measured says why", async () => {
  const silence = wavFile(new Int16Array(96_000), { sampleRate: 48_000, channels: 2 });
  const nineChannels = wavFile(new Int16Array(9000), { sampleRate: 8000, channels: 9 });
  expect(await measureWav(silence)).toEqual({ unmeasurable: "silent" });
  expect(await measureWav(toneWav({ dbfs: -20, seconds: 0.3 }))).toEqual({ unmeasurable: "silent" });
  expect(await measureWav(nineChannels)).toEqual({ unmeasurable: "channel_layout" });
  expect(await measureLoudness(memorySource(fixture("tone.m4a")), "m4a")).toEqual({ unmeasurable: "no_decoder" });
});
