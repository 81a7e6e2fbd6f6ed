import { expect, test } from "vitest";
import { readAudioFactsInThread } from "./facts-in-thread.ts";
import { readAudioFacts } from "./facts.ts";
import { fixture, memorySource } from "./memory-source.fixture.ts";

const facts = (bytes: Uint8Array, timeoutMs?: number) => readAudioFactsInThread(memorySource(bytes), timeoutMs);
const tone = fixture("tone-without-header.mp3");

/** A tag of 33 MB with millions of frames, which its parser reads in one go. */
function manyTags(): Buffer {
  const tag = Buffer.alloc(10 + 33_000_000);
  tag.write("ID3\x04");
  for (let shift = 21, at = 6; shift >= 0; shift -= 7, at += 1) tag[at] = (33_000_000 >> shift) & 127;
  for (let at = 10; at + 11 < tag.length; at += 11) {
    tag.write("TXXX", at);
    tag.writeUInt32BE(1, at + 4);
  }
  return tag;
}

/** Bytes that each may begin a frame, and never do. */
const everyByteAFrame = Buffer.concat([tone, Buffer.alloc(64_000_000, 0xff), tone]);

test.each([
  ["a tag of millions of frames", Buffer.concat([manyTags(), tone])],
  ["a frame to look for in every byte", everyByteAFrame],
])("audio with %s costs its sender a refusal, and this process nothing", async (_what, bytes) => {
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 5);
  await expect(facts(bytes, 1_000)).rejects.toMatchObject({ name: "AudioError", code: "not_audio" });
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(10);
});

test("honest files get the same answer as without a thread, also right after a hostile one", async () => {
  await expect(facts(everyByteAFrame, 200)).rejects.toThrow("too costly");
  for (const name of [
    "tone.mp3",
    "tone.flac",
    "tone.m4a",
    "tone-vorbis.ogg",
    "tone-opus.ogg",
    "tone-without-header.mp3",
  ]) {
    expect(await facts(fixture(name))).toEqual(await readAudioFacts(memorySource(fixture(name))));
  }
});

test("many at once wait for their turn", async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => facts(tone)));
  expect(new Set(all.map(({ durationMs }) => durationMs)).size).toBe(1);
});

test("a refusal keeps its code, and a store that fails is no refusal", async () => {
  await expect(facts(Buffer.from("not audio at all"))).rejects.toMatchObject({ name: "AudioError", code: "not_audio" });
  await expect(facts(fixture("tone.flac").subarray(0, 4000))).rejects.toMatchObject({ code: "truncated" });
  const broken = {
    size: 1000,
    read: async () => {
      throw new Error("disk is gone");
    },
  };
  await expect(readAudioFactsInThread(broken)).rejects.toThrow("disk is gone");
});
