import CodecParser from "codec-parser";
import type { CodecFrame, OggPage, OpusHeader } from "codec-parser";
import { OpusDecoder } from "opus-decoder";
import type { Pcm } from "./pcm.ts";

/** Opus in Ogg, always at 48 kHz (RFC 7845 §5.1). Takes the file's bytes in order. */
export async function* decodeOpus(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Pcm> {
  const parser = new CodecParser<OggPage>("application/ogg", { enableFrameCRC32: false });
  let decoder: OpusDecoder | null = null;
  try {
    for await (const chunk of chunks) {
      const frames: CodecFrame[] = [];
      const pages = parser.parseChunk(chunk); // typed as a bare iterator, without Symbol.iterator
      for (let page = pages.next(); !page.done; page = pages.next()) frames.push(...page.value.codecFrames);
      const first = frames[0];
      if (!first) continue;
      decoder ??= await openDecoder(first.header as OpusHeader);
      const { channelData, samplesDecoded, sampleRate } = decoder.decodeFrames(frames.map((frame) => frame.data));
      if (samplesDecoded > 0) yield { sampleRate, channels: channelData, order: "vorbis" };
    }
  } finally {
    decoder?.free();
  }
}

async function openDecoder(header: OpusHeader): Promise<OpusDecoder> {
  const { channels, streamCount, coupledStreamCount, channelMappingTable, preSkip } = header;
  const decoder = new OpusDecoder({ channels, streamCount, coupledStreamCount, channelMappingTable, preSkip });
  await decoder.ready;
  return decoder;
}
