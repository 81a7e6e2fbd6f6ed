import type { ByteSource } from "./byte-source.ts";
import { findMp3Frames } from "./mp3.ts";

export type AudioFormat = "wav" | "mp3" | "flac" | "ogg" | "m4a";

export const contentTypes: Record<AudioFormat, string> = {
  wav: "audio/wav",
  mp3: "audio/mpeg",
  flac: "audio/flac",
  ogg: "audio/ogg",
  m4a: "audio/mp4",
};

/** The format that the bytes themselves show, whatever name or media type came with them; null for anything else. */
export async function sniffFormat(source: ByteSource): Promise<AudioFormat | null> {
  const head = Buffer.from(await source.read(0, 12)).toString("latin1");
  if (head.startsWith("RIFF") && head.endsWith("WAVE")) return "wav";
  if (head.startsWith("OggS")) return "ogg";
  if (head.slice(4, 8) === "ftyp") return "m4a";
  const start = await afterId3(source);
  if (Buffer.from(await source.read(start, 4)).toString("latin1") === "fLaC") return "flac";
  return (await findMp3Frames(source, start)) ? "mp3" : null;
}

/** Position after the ID3v2 tags that MP3 (and some FLAC) files begin with. https://id3.org/id3v2.4.0-structure */
export async function afterId3(source: ByteSource): Promise<number> {
  let position = 0;
  for (let tags = 0; tags < 4; tags += 1) {
    const header = Buffer.from(await source.read(position, 10));
    if (header.length < 10 || header.toString("latin1", 0, 3) !== "ID3") break;
    const [a = 0, b = 0, c = 0, d = 0] = header.subarray(6); // four bytes of seven bits
    const footer = (header.readUInt8(5) & 0x10) === 0 ? 0 : 10;
    position += 10 + ((a & 127) * 2 ** 21 + (b & 127) * 2 ** 14 + (c & 127) * 2 ** 7 + (d & 127)) + footer;
  }
  return position;
}
