import { describe, expect, test } from "vitest";
import { readAudioFacts } from "./facts.ts";
import { fixture, memorySource } from "./memory-source.fixture.ts";
import { toneWav } from "./wav.fixture.ts";

const facts = (bytes: Uint8Array) => readAudioFacts(memorySource(bytes));
const wav = toneWav({ dbfs: -20, seconds: 0.5, sampleRate: 44_100 });
const withZeros = (start: number, end: number): Buffer => Buffer.from(wav).fill(0, start, end);

/** A RIFF chunk of tags. */
const listInfo = (tags: Record<string, string>): Buffer => {
  const chunks = Object.entries(tags).map(([id, text]) => {
    const chunk = Buffer.alloc(8 + text.length + (text.length % 2));
    chunk.write(id, 0, "latin1");
    chunk.writeUInt32LE(text.length, 4);
    chunk.write(text, 8, "latin1");
    return chunk;
  });
  const list = Buffer.concat([Buffer.from("LIST\0\0\0\0INFO", "latin1"), ...chunks]);
  list.writeUInt32LE(list.length - 8, 4);
  return list;
};

describe("format, duration, sample rate and channels come from the bytes", () => {
  test.each([
    ["tone.mp3", { format: "mp3", contentType: "audio/mpeg", sampleRate: 44_100, durationMs: 1045 }],
    ["tone-without-header.mp3", { format: "mp3", contentType: "audio/mpeg", sampleRate: 44_100, durationMs: 1019 }],
    ["tone.flac", { format: "flac", contentType: "audio/flac", sampleRate: 22_050, durationMs: 1000 }],
    ["tone-vorbis.ogg", { format: "ogg", contentType: "audio/ogg", sampleRate: 44_100, durationMs: 1000 }],
    ["tone-opus.ogg", { format: "ogg", contentType: "audio/ogg", sampleRate: 48_000, durationMs: 1000 }],
    ["tone.m4a", { format: "m4a", contentType: "audio/mp4", sampleRate: 44_100, durationMs: 1023 }],
  ])("%s", async (name, expected) => {
    expect(await facts(fixture(name))).toEqual({ ...expected, channels: 2, title: null, artist: null });
  });

  test("a WAV file made here", async () => {
    const expected = { format: "wav", contentType: "audio/wav", durationMs: 500, sampleRate: 44_100, channels: 2 };
    expect(await facts(wav)).toMatchObject(expected);
  });

  test("a WAV file written by a program that could not know its size", async () => {
    const streamed = Buffer.from(wav);
    streamed.writeUInt32LE(0xffffffff, 40);
    expect((await facts(streamed)).durationMs).toBe(500);
  });

  test("title and artist come from the tags, without characters that cannot be shown", async () => {
    const info = listInfo({ INAM: "Rainy\x07 Night ", IART: "Ada" });
    const tagged = Buffer.concat([wav, info]);
    tagged.writeUInt32LE(tagged.length - 8, 4);
    expect(await facts(tagged)).toMatchObject({ title: "Rainy Night", artist: "Ada" });
  });

  test("tags before an MP3 or FLAC file do not hide it", async () => {
    const tag = Buffer.concat([Buffer.from("ID3\x04\0\0\0\0\x01\x00", "latin1"), Buffer.alloc(128)]);
    expect((await facts(Buffer.concat([tag, fixture("tone.mp3")]))).format).toBe("mp3");
    expect((await facts(Buffer.concat([tag, fixture("tone.flac")]))).format).toBe("flac");
  });
});

describe("less audio than the file announces is truncated", () => {
  const names = ["tone.mp3", "tone.flac", "tone-vorbis.ogg", "tone-opus.ogg", "tone.m4a"];
  test.each(names)("%s cut in half, and 60 bytes short", async (name) => {
    const bytes = fixture(name);
    await expect(facts(bytes.subarray(0, bytes.length >> 1))).rejects.toMatchObject({ code: "truncated" });
    if (name === "tone.mp3") return; // its header is within one frame of the truth, which encoders get wrong
    await expect(facts(bytes.subarray(0, -60))).rejects.toMatchObject({ code: "truncated" });
  });

  test("a FLAC file cut exactly between two frames", async () => {
    const bytes = fixture("tone.flac");
    for (let cut = bytes.indexOf("fff8", 4000, "hex"); cut !== -1; cut = bytes.indexOf("fff8", cut + 1, "hex")) {
      await expect(facts(bytes.subarray(0, cut))).rejects.toMatchObject({ code: "truncated" });
    }
  });

  test("a WAV file one byte short, and one cut in its header", async () => {
    await expect(facts(wav.subarray(0, -1))).rejects.toMatchObject({ code: "truncated" });
    await expect(facts(wav.subarray(0, 40))).rejects.toMatchObject({ code: "truncated" });
  });
});

describe("what is not audio is refused", () => {
  const random = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 2654435761) >>> 24));
  test.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("This is not audio, whatever its name says.".repeat(200))],
    ["a picture", Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), random])],
    ["other bytes", random],
    ["sync bytes without frames", Buffer.alloc(20_000, "fffb", "hex")],
    ["a video", fixture("video.mp4")],
    ["AAC without a container, whose frames look much like MP3", fixture("raw.aac")],
    ["a WAV header without samples", withZeros(40, 44)],
    ["a WAV whose sample size is zero", withZeros(32, 34)],
    ["an MP4 header before other bytes", Buffer.concat([Buffer.from("\0\0\0\x08ftyp\0\0\0\0", "latin1"), random])],
  ])("%s", async (_name, bytes) => {
    await expect(facts(bytes)).rejects.toMatchObject({ name: "AudioError", code: "not_audio" });
  });

  test("damaged files of every format are refused or read, never crash or hang", async () => {
    for (const name of ["tone.mp3", "tone.flac", "tone-vorbis.ogg", "tone.m4a"]) {
      const bytes = fixture(name);
      for (let at = 0; at < 120; at += 1) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(at) ^ 0xff, at);
        const outcome = await facts(damaged).then(
          () => "read",
          (error: unknown) => (error as Error).name,
        );
        expect(["read", "AudioError"]).toContain(outcome);
      }
    }
  });
});
