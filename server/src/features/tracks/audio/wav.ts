import { AudioError, truncated } from "./audio-error.ts";
import type { ByteSource } from "./byte-source.ts";

/** Where and how the samples of a WAV file lie. Bytes, hertz and bits. */
export interface WavLayout {
  encoding: "integer" | "float" | "other";
  channels: number;
  sampleRate: number;
  bitsPerSample: number;
  /** Bytes of one sample of all channels. */
  blockBytes: number;
  dataStart: number;
  dataBytes: number;
}

/** What a program that streams its output writes when it cannot know the size: the rest of the file is meant. */
const UNKNOWN_SIZE = 0xffffffff;
const CHUNKS_MAX = 1000;

const encodings = new Map<number, WavLayout["encoding"]>([
  [1, "integer"],
  [3, "float"],
]);
const EXTENSIBLE = 0xfffe;

/** Reads the chunks of a RIFF/WAVE file up to its data. Throws `AudioError`. */
export async function readWavLayout(source: ByteSource): Promise<WavLayout> {
  let format: Omit<WavLayout, "dataStart" | "dataBytes"> | null = null;
  for (let position = 12, count = 0; count < CHUNKS_MAX; count += 1) {
    const header = Buffer.from(await source.read(position, 8));
    if (header.length < 8) throw truncated("it stops before its data chunk");
    const id = header.toString("latin1", 0, 4);
    const size = header.readUInt32LE(4);
    if (id === "fmt ") format = parseFormat(Buffer.from(await source.read(position + 8, Math.min(size, 40))));
    if (id === "data") {
      if (!format) throw new AudioError("not_audio", "The WAV file has no fmt chunk before its data. Export it again.");
      return { ...format, dataStart: position + 8, dataBytes: dataBytes(size, source.size - position - 8) };
    }
    position += 8 + size + (size % 2);
  }
  throw new AudioError("not_audio", `The WAV file has no data among its first ${CHUNKS_MAX} chunks. Export it again.`);
}

function dataBytes(announced: number, present: number): number {
  if (announced === UNKNOWN_SIZE) return present;
  if (announced > present) throw truncated(`its data chunk announces ${announced} bytes and ${present} are there`);
  return announced;
}

function parseFormat(chunk: Buffer): Omit<WavLayout, "dataStart" | "dataBytes"> {
  if (chunk.length < 16) throw new AudioError("not_audio", "The WAV file's fmt chunk is too short. Export it again.");
  const tag = chunk.readUInt16LE(0);
  // WAVE_FORMAT_EXTENSIBLE carries the real tag in the first two bytes of its GUID.
  const realTag = tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag;
  return {
    encoding: encodings.get(realTag) ?? "other",
    channels: chunk.readUInt16LE(2),
    sampleRate: chunk.readUInt32LE(4),
    bitsPerSample: chunk.readUInt16LE(14),
    blockBytes: chunk.readUInt16LE(12),
  };
}

/** Milliseconds; exact for integer and float samples, which is all that `encoding` other than "other" can be. */
export function wavDurationMs({ dataBytes: bytes, blockBytes, sampleRate }: WavLayout): number {
  return Math.round((Math.floor(bytes / blockBytes) / sampleRate) * 1000);
}
