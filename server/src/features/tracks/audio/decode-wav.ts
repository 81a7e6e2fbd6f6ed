import type { ByteSource } from "./byte-source.ts";
import type { Pcm } from "./pcm.ts";
import { readWavLayout } from "./wav.ts";
import type { WavLayout } from "./wav.ts";

type ReadSample = (view: DataView, offset: number) => number;

const integerReaders: Record<number, ReadSample> = {
  8: (view, offset) => (view.getUint8(offset) - 128) / 2 ** 7,
  16: (view, offset) => view.getInt16(offset, true) / 2 ** 15,
  24: (view, offset) => ((view.getInt8(offset + 2) << 16) | view.getUint16(offset, true)) / 2 ** 23,
  32: (view, offset) => view.getInt32(offset, true) / 2 ** 31,
};
const floatReaders: Record<number, ReadSample> = {
  32: (view, offset) => view.getFloat32(offset, true),
  64: (view, offset) => view.getFloat64(offset, true),
};

const BLOCKS_PER_PIECE = 8192;

/** Integer PCM of 8 to 32 bits and IEEE float; null for compressed WAV. */
export async function decodeWav(source: ByteSource): Promise<AsyncIterable<Pcm> | null> {
  const layout = await readWavLayout(source);
  const containerBits = (layout.blockBytes / layout.channels) * 8; // 20-bit samples lie left-aligned in 24
  if (layout.encoding === "other") return null;
  const readSample = (layout.encoding === "float" ? floatReaders : integerReaders)[containerBits];
  return readSample ? pieces(source, layout, readSample) : null;
}

async function* pieces(source: ByteSource, layout: WavLayout, readSample: ReadSample): AsyncIterable<Pcm> {
  const { blockBytes, sampleRate, dataStart, dataBytes } = layout;
  const sampleBytes = blockBytes / layout.channels;
  const dataEnd = dataStart + dataBytes;
  for (let position = dataStart; position + blockBytes <= dataEnd; position += BLOCKS_PER_PIECE * blockBytes) {
    const bytes = await source.read(position, Math.min(BLOCKS_PER_PIECE * blockBytes, dataEnd - position));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const blocks = Math.floor(bytes.byteLength / blockBytes);
    const channels = Array.from({ length: layout.channels }, (_, channel) => {
      const samples = new Float32Array(blocks);
      let offset = channel * sampleBytes;
      for (let block = 0; block < blocks; block += 1, offset += blockBytes) samples[block] = readSample(view, offset);
      return samples;
    });
    yield { sampleRate, channels, order: "wave" };
  }
}
