import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";

export type Colour = readonly [red: number, green: number, blue: number];

const compress = promisify(deflate);

/** PNG (ISO/IEC 15948) with a palette of 256 colours; one byte of `pixels` is one pixel. Compressed off the event loop. */
export async function encodePng({
  width,
  height,
  pixels,
  palette,
}: {
  width: number;
  height: number;
  pixels: Buffer;
  palette: readonly Colour[];
}): Promise<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, deflate, the one filter method, not interlaced.
  const rows = Buffer.alloc((width + 1) * height); // Each row begins with its filter: 0, none.
  for (let y = 0; y < height; y += 1) pixels.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  const data = await compress(rows, { level: 3 });
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flat())),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
