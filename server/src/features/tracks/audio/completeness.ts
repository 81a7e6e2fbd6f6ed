import { AudioError, truncated } from "./audio-error.ts";
import type { ByteSource } from "./byte-source.ts";

const OGG_HEADER_BYTES = 27;
/** Header, 255 lacing values, 255 segments of 255 bytes (RFC 3533 §6). */
const oggPageBytesMax = OGG_HEADER_BYTES + 255 + 255 * 255;
const BOXES_MAX = 10_000;

/** Throws `truncated` when the last Ogg page is cut. */
export async function checkOggComplete(source: ByteSource): Promise<void> {
  const tailStart = Math.max(0, source.size - oggPageBytesMax);
  const tail = Buffer.from(await source.read(tailStart, oggPageBytesMax));
  const page = tail.lastIndexOf("OggS");
  const segments = page === -1 ? undefined : tail[page + 26];
  const lacing = tail.subarray(page + OGG_HEADER_BYTES, page + OGG_HEADER_BYTES + (segments ?? 0));
  const body = lacing.reduce((sum, bytes) => sum + bytes, 0);
  const whole = segments !== undefined && lacing.length === segments;
  if (!whole || page + OGG_HEADER_BYTES + segments + body > tail.length) throw truncated("its last Ogg page is cut");
}

/** Throws `truncated` when a top-level MP4 box reaches past the end, or when the movie header never came. */
export async function checkMp4Complete(source: ByteSource): Promise<void> {
  let movie = false;
  for (let position = 0, count = 0; position < source.size; count += 1) {
    const header = Buffer.from(await source.read(position, 16));
    if (header.length < 8) throw truncated("its last MP4 box is cut");
    const type = header.toString("latin1", 4, 8);
    const short = header.readUInt32BE(0);
    const size = short === 1 && header.length === 16 ? Number(header.readBigUInt64BE(8)) : short;
    movie ||= type === "moov";
    const damaged = !/^[\x20-\x7e]{4}$/.test(type) || (size < 8 && size !== 0) || count > BOXES_MAX;
    if (damaged) throw new AudioError("not_audio", "The MP4 file's boxes are damaged. Export it again.");
    if (size === 0) break; // a box of size 0 reaches to the end of the file
    position += size;
    if (position > source.size) throw truncated(`its MP4 box "${type}" is cut`);
  }
  if (!movie) throw truncated("it has no MP4 movie header");
}
