import { describe, expect, test } from "vitest";
import { compose } from "./music/compose.ts";
import { countSyllables, phrasesOf } from "./music/lyrics.ts";
import { moodOf } from "./music/mood.ts";
import { createRandom } from "./random.ts";
import { frequencyOf } from "./music/score.ts";
import { makeSong } from "./music/song.ts";
import { lengthIn } from "./parse-request.ts";

const request = {
  prompt: "Indie folk, melancholic, rainy night",
  lyrics:
    "[Verse]\nStreetlights flicker, the night breeze sighs\nShadows stretch as I walk alone\n[Chorus]\nPushing the wooden door",
  instrumental: false,
  seconds: 12,
};
const rate = 44_100;

/** Left channel, −1 to 1. */
function samplesOf(wav: Buffer): Float64Array {
  return Float64Array.from({ length: (wav.length - 44) / 4 }, (_, index) => wav.readInt16LE(44 + index * 4) / 32_768);
}
const rms = (samples: Float64Array): number =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

/** Strength of one frequency (Goertzel). */
function strengthAt(samples: Float64Array, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  let previous = 0;
  let before = 0;
  for (const value of samples) [before, previous] = [previous, value + coefficient * previous - before];
  return Math.sqrt(Math.max(0, previous ** 2 + before ** 2 - coefficient * previous * before)) / samples.length;
}

describe("the file", () => {
  test("is a 44.1 kHz stereo 16-bit WAV of exactly the asked length", async () => {
    const wav = await makeSong(request, rate);
    expect(wav.toString("latin1", 0, 16)).toBe(`RIFF${wav.toString("latin1", 4, 8)}WAVEfmt `);
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).toEqual([
      1,
      2,
      rate,
      16,
    ]);
    expect(wav.length).toBe(44 + 12 * rate * 4);
  });

  test("has the same bytes for the same request, others for other words", async () => {
    const [first, again, other] = await Promise.all(
      [request, request, { ...request, lyrics: "[Verse]\nla la la" }].map((each) => makeSong(each, rate)),
    );
    expect(first?.equals(again ?? Buffer.alloc(0))).toBe(true);
    expect(first?.equals(other ?? Buffer.alloc(0))).toBe(false);
  });
});

describe.each([
  request,
  { ...request, prompt: "Happy techno for a summer party", instrumental: true, lyrics: null },
  { ...request, prompt: "ambient sleep", lyrics: null },
  { ...request, prompt: "jazz", lyrics: "夜の街を歩く\n静かな雨" },
  { ...request, prompt: "x", lyrics: "...\n!!!" },
])("the sound of $prompt", (each) => {
  test("is heard all the time, does not clip, is stereo, and fades out", async () => {
    const wav = await makeSong(each, rate);
    const left = samplesOf(wav);
    const peak = left.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
    expect(peak).toBeGreaterThan(0.3);
    expect(peak).toBeLessThan(0.95);
    for (let second = 0; second < 10; second += 1)
      expect(rms(left.subarray(second * rate, (second + 1) * rate))).toBeGreaterThan(0.02);
    expect(rms(left.subarray(-rate / 20))).toBeLessThan(rms(left) / 10);
    const mean = left.reduce((sum, value) => sum + value, 0) / left.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(left.some((value, index) => Math.abs(value - wav.readInt16LE(46 + index * 4) / 32_768) > 0.01)).toBe(true);
  });

  test("has its melody's notes where the score has them", async () => {
    const left = samplesOf(await makeSong(each, rate));
    const melody = compose(each).notes.filter(
      ({ voice, gain, seconds, at }) => voice !== "bass" && gain >= 0.3 && seconds > 0.15 && at + seconds < 9,
    );
    expect(melody.length).toBeGreaterThan(5);
    const clear = melody.filter(({ at, seconds, pitch }) => {
      const part = left.subarray(Math.round((at + 0.03) * rate), Math.round((at + seconds) * rate));
      const beside = Math.max(strengthAt(part, frequencyOf(pitch + 0.5)), strengthAt(part, frequencyOf(pitch - 0.5)));
      const strength = strengthAt(part, frequencyOf(pitch));
      // The accompaniment alone reaches this for four notes of ten.
      return strength > 0.012 && strength > beside * 1.5;
    });
    expect(clear.length / melody.length).toBeGreaterThan(0.9);
  });
});

test("half a minute takes little and never holds the event loop for long", async () => {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const before = process.cpuUsage();
  await makeSong({ ...request, seconds: 30 }, rate);
  const { user, system } = process.cpuUsage(before);
  clearInterval(timer);
  expect((user + system) / 1000).toBeLessThan(1000);
  expect(longest).toBeLessThan(250);
});

test("words of mood choose mode and tempo", () => {
  const mood = (prompt: string) => moodOf(prompt, createRandom("same"));
  expect(mood("sad and lonely ballad").scale).toContain(3);
  expect(mood("happy summer pop").scale).toContain(4);
  expect(mood("slow ballad").bpm).toBeLessThan(mood("techno club").bpm);
  expect(mood("ambient").groove).toBe("none");
});

test("syllables give the melody its notes", () => {
  expect(
    ["Streetlights flicker", "the night breeze sighs", "alone", "夜の街", "привет", "123 ..."].map(countSyllables),
  ).toEqual([4, 4, 2, 3, 2, 0]);
  const phrases = phrasesOf("[Intro]\n[Verse]\nla la la\n\n[Chorus]\nla la");
  expect(phrases).toEqual([
    { section: "instrumental", syllables: null },
    { section: "verse", syllables: 3 },
    { section: "chorus", syllables: 2 },
  ]);
  const long = phrasesOf("la ".repeat(40)).map(({ syllables }) => syllables);
  expect(long).toEqual([13, 13, 14]);
});

test.each([
  ["Pop\nLength: about 42 seconds.", "Pop", 42],
  ["a song of 30 seconds about 5 seconds of fame, 2 minutes", "a song of 30 seconds about 5 seconds of fame,", 120],
  ["Pop", "Pop", 30],
  ["1 second", "", 5],
])("the length in %j", (text, prompt, seconds) => {
  expect(lengthIn(text)).toEqual({ prompt, seconds });
});
