import { truncated } from "./audio-error.ts";
import type { ByteSource } from "./byte-source.ts";

/** Tail that surely holds the start of the last frame when STREAMINFO does not say how large frames get. */
const TAIL_BYTES_DEFAULT = 256 * 1024;
const TAIL_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Throws `truncated` unless a frame near the end reaches the last sample that STREAMINFO announces and is itself whole.
 * RFC 9639 §8.2 (STREAMINFO) and §9 (frames). Streams of unknown length cannot be judged.
 */
export async function checkFlacComplete(source: ByteSource, start: number): Promise<void> {
  const info = Buffer.from(await source.read(start + 8, 34));
  if (info.length < 34) throw truncated("its STREAMINFO block is cut");
  const blockSize = info.readUInt16BE(0);
  const frameBytesMax = info.readUIntBE(7, 3);
  const samples = (info.readUInt8(13) & 15) * 2 ** 32 + info.readUInt32BE(14);
  if (samples === 0) return;

  const length = Math.min(frameBytesMax === 0 ? TAIL_BYTES_DEFAULT : frameBytesMax + 4096, TAIL_BYTES_MAX);
  const tail = await source.read(Math.max(0, source.size - length), length);
  for (let offset = tail.length - 9; offset >= 0; offset -= 1) {
    if (tail[offset] !== 0xff || ((tail[offset + 1] ?? 0) & 0xfe) !== 0xf8) continue;
    const end = frameEnd(tail.subarray(offset), blockSize);
    // Coded audio can look like a header by chance, so a candidate that does not fit is no verdict yet.
    if (end !== null && end >= samples && isWhole(tail.subarray(offset))) return;
  }
  throw truncated(`no whole FLAC frame reaches the last of its ${samples} samples`);
}

/** The sample after this frame's last one; null when these bytes are no frame header. */
function frameEnd(frame: Uint8Array, streamBlockSize: number): number | null {
  const [, strategy = 0, sizes = 0, , lead = 0] = frame;
  const code = sizes >> 4;
  let length = 1;
  while (length < 7 && (lead & (0x80 >> length)) !== 0) length += 1;
  if (lead < 0x80) length = 0;
  const extra = length === 0 ? 0 : length - 1;
  let number = length === 0 ? lead : lead & (0x7f >> length);
  for (const byte of frame.subarray(5, 5 + extra)) number = number * 64 + (byte & 0x3f);
  let position = 5 + extra;
  let block = code === 1 ? 192 : code < 6 ? 576 * 2 ** (code - 2) : 256 * 2 ** (code - 8);
  if (code === 6) block = (frame[position] ?? 0) + 1;
  if (code === 7) block = (frame[position] ?? 0) * 256 + (frame[position + 1] ?? 0) + 1;
  position += code === 6 ? 1 : code === 7 ? 2 : 0;
  const rate = sizes & 15;
  position += rate === 12 ? 1 : rate === 13 || rate === 14 ? 2 : 0;
  if (code === 0 || rate === 15 || frame[position] !== crc(frame.subarray(0, position), 8, 0x07)) return null;
  // Fixed block size: the number counts frames; variable: samples.
  return ((strategy & 1) === 1 ? number : number * streamBlockSize) + block;
}

/** A frame ends with the CRC-16 of what precedes, so the CRC over a whole frame is 0; tags may follow it. */
function isWhole(bytes: Uint8Array): boolean {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const ends = [end.length, end.indexOf("APETAGEX"), end.lastIndexOf("TAG")];
  return ends.some((at) => at > 0 && crc(bytes.subarray(0, at), 16, 0x8005) === 0);
}

function crc(bytes: Uint8Array, bits: 8 | 16, polynomial: number): number {
  const top = 1 << (bits - 1);
  const mask = (1 << bits) - 1;
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit += 1) value = ((value << 1) ^ ((value & top) === 0 ? 0 : polynomial)) & mask;
  }
  return value;
}
