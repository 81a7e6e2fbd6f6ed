import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { MPEGDecoder } from "mpg123-decoder";
import type { ByteSource } from "./byte-source.ts";
import { decodeOpus } from "./decode-opus.ts";
import { decodeWav } from "./decode-wav.ts";
import type { AudioFormat } from "./format.ts";
import type { Pcm } from "./pcm.ts";

const CHUNK_BYTES = 64 * 1024;

/** Pieces of the sound from first to last, a chunk in memory at a time; null for a codec that nothing here decodes. */
export async function decode(source: ByteSource, format: AudioFormat): Promise<AsyncIterable<Pcm> | null> {
  switch (format) {
    case "wav":
      return decodeWav(source);
    case "mp3":
      return withDecoder(new MPEGDecoder(), "wave", source);
    case "flac":
      return withDecoder(new FLACDecoder(), "wave", source);
    case "ogg":
      return decodeOgg(source);
    case "m4a":
      return null; // the AAC decoders for JavaScript are under the GPL
  }
}

async function decodeOgg(source: ByteSource): Promise<AsyncIterable<Pcm> | null> {
  const head = Buffer.from(await source.read(0, 64)).toString("latin1", 28); // after a first page with one segment
  if (head.startsWith("\x01vorbis")) return withDecoder(new OggVorbisDecoder(), "vorbis", source);
  if (head.startsWith("OpusHead")) return decodeOpus(chunksOf(source));
  if (head.startsWith("\x7fFLAC")) return withDecoder(new FLACDecoder(), "wave", source);
  return null;
}

async function* chunksOf(source: ByteSource): AsyncIterable<Uint8Array> {
  for (let position = 0; position < source.size; position += CHUNK_BYTES) {
    yield await source.read(position, CHUNK_BYTES);
  }
}

interface Decoded {
  channelData: Float32Array[];
  samplesDecoded: number;
  sampleRate: number;
}
/** What the WebAssembly decoders have in common. */
interface Decoder {
  ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
  free(): void;
}

async function* withDecoder(decoder: Decoder, order: Pcm["order"], source: ByteSource): AsyncIterable<Pcm> {
  await decoder.ready;
  try {
    for await (const chunk of chunksOf(source)) {
      const { channelData, samplesDecoded, sampleRate } = await decoder.decode(chunk);
      if (samplesDecoded > 0) yield { sampleRate, channels: channelData, order };
    }
    const rest = await decoder.flush?.();
    if (rest && rest.samplesDecoded > 0) yield { sampleRate: rest.sampleRate, channels: rest.channelData, order };
  } finally {
    decoder.free();
  }
}
