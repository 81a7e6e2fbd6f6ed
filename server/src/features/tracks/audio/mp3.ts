import { truncated } from "./audio-error.ts";
import type { ByteSource } from "./byte-source.ts";

interface Frame {
  bytes: number;
  mpeg1: boolean;
  mono: boolean;
  sampleRate: number;
}

const bitratesMpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const bitratesMpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const sampleRates = [44100, 48000, 32000];
/** Encoders leave padding between a tag and the first frame; more than this is another kind of file. */
const SEARCH_BYTES = 16 * 1024;
/** Consecutive frames that prove MP3: two sync bytes alone occur in any file. */
const PROOF_FRAMES = 3;
/** Encoders disagree whether the announced size counts the header's own frame: allow one largest frame and a tag. */
const TOLERANCE_BYTES = 2048;

/** Layer III frame header (ISO/IEC 11172-3 §2.4.2.3, 13818-3 and the MPEG-2.5 extension); null when it is none. */
function parseFrame(bytes: Uint8Array): Frame | null {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const version = (b >> 3) & 3;
  if (bytes.length < 4 || a !== 0xff || (b & 0xe0) !== 0xe0 || version === 1 || ((b >> 1) & 3) !== 1) return null;
  const mpeg1 = version === 3;
  const bitrate = (mpeg1 ? bitratesMpeg1 : bitratesMpeg2)[c >> 4];
  const baseRate = sampleRates[(c >> 2) & 3];
  if (!bitrate || !baseRate) return null;
  const sampleRate = mpeg1 ? baseRate : baseRate / (version === 2 ? 2 : 4);
  const frameBytes = Math.floor(((mpeg1 ? 144 : 72) * bitrate * 1000) / sampleRate) + ((c >> 1) & 1);
  return { bytes: frameBytes, mpeg1, mono: d >> 6 === 3, sampleRate };
}

/** Position of the first of several consecutive frames at or soon after `start`; null when there are none. */
export async function findMp3Frames(source: ByteSource, start: number): Promise<number | null> {
  const window = await source.read(start, SEARCH_BYTES);
  for (let offset = window.indexOf(0xff); offset !== -1; offset = window.indexOf(0xff, offset + 1)) {
    if (await isChain(source, start + offset)) return start + offset;
  }
  return null;
}

async function isChain(source: ByteSource, start: number): Promise<boolean> {
  let position = start;
  let sampleRate: number | null = null;
  for (let count = 0; count < PROOF_FRAMES; count += 1) {
    const frame = parseFrame(await source.read(position, 4));
    if (!frame || (sampleRate !== null && frame.sampleRate !== sampleRate)) return false;
    sampleRate = frame.sampleRate;
    position += frame.bytes;
  }
  return true;
}

/**
 * Throws `truncated` when the Xing/Info header in the first frame announces more bytes than there are. Files without
 * that header cannot be judged. http://gabriel.mp3-tech.org/mp3infotag.html
 */
export async function checkMp3Complete(source: ByteSource, firstFrame: number): Promise<void> {
  const frame = parseFrame(await source.read(firstFrame, 4));
  if (!frame) return;
  const sideInformation = frame.mpeg1 ? (frame.mono ? 17 : 32) : frame.mono ? 9 : 17;
  const tag = Buffer.from(await source.read(firstFrame + 4 + sideInformation, 16));
  if (tag.length < 16 || !["Xing", "Info"].includes(tag.toString("latin1", 0, 4))) return;
  const flags = tag.readUInt32BE(4);
  if ((flags & 2) === 0) return;
  const announced = tag.readUInt32BE((flags & 1) === 0 ? 8 : 12);
  const present = source.size - firstFrame;
  if (announced > present + TOLERANCE_BYTES) {
    throw truncated(`its header announces ${announced} bytes of MP3 frames and ${present} are there`);
  }
}
