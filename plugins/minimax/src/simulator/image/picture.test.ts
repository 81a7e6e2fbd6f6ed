import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { paint } from "./paint.ts";
import { parseImageRequest, type Picture } from "./parse-image-request.ts";

const wish: Picture = { prompt: "A window in the rain at night", width: 512, height: 512, seed: "0", as: "base64" };

/** The parts of a PNG by name, its rows unpacked. */
function read(png: Buffer): { size: [number, number]; rows: Buffer; palette: Buffer } {
  expect(png.toString("hex", 0, 8)).toBe("89504e470d0a1a0a");
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    parts.set(png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const header = parts.get("IHDR") ?? Buffer.alloc(13);
  return {
    size: [header.readUInt32BE(0), header.readUInt32BE(4)],
    rows: inflateSync(parts.get("IDAT") ?? ""),
    palette: parts.get("PLTE") ?? Buffer.alloc(0),
  };
}

test("a picture is as large as was asked for, 2,048 pixels too, with many shades", async () => {
  const { size, rows, palette } = read(await paint({ ...wish, width: 2048, height: 2048 }));
  expect(size).toEqual([2048, 2048]);
  expect(rows).toHaveLength(2049 * 2048);
  expect(palette).toHaveLength(768);
  expect(new Set(rows).size).toBeGreaterThan(50);
});

test("the same prompt is the same file; another prompt or seed another picture, in other colours", async () => {
  const first = await paint(wish);
  expect((await paint(wish)).equals(first)).toBe(true);
  expect((await paint({ ...wish, seed: "1" })).equals(first)).toBe(false);
  expect(read(await paint({ ...wish, prompt: "Golden summer desert" })).palette.equals(read(first).palette)).toBe(
    false,
  );
});

test.each([
  [{ model: "image-02", prompt: "x" }],
  [{ model: "image-01" }],
  [{ model: "image-01", prompt: "x".repeat(1501) }],
  [{ model: "image-01", prompt: "x", width: 2048 }],
  [{ model: "image-01", prompt: "x", width: 2049, height: 2048 }],
  [{ model: "image-01", prompt: "x", n: 10 }],
  [{ model: "image-01", prompt: "x", size: 5 }],
])("refuses %j", (body) => {
  expect(parseImageRequest(body)).toHaveProperty("problem");
});
