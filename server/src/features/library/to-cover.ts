import sharp from "sharp";
import { ImageError } from "./image-facts.ts";

/** Pixels of an edge of a cover, as stores want it. */
const EDGE = 3000;
/** More than any provider makes: a file of a few bytes may promise more than any memory holds. */
const PIXELS_MAX = 100_000_000;

/**
 * A picture of any size → JPEG of 3000 × 3000 pixels in sRGB, three channels of 8 bits; what is not square loses its edges.
 * Decoded and scaled in threads of libvips, off the event loop. Throws `ImageError` for what is no whole picture.
 */
export async function toCover(image: Uint8Array): Promise<Uint8Array> {
  try {
    return await sharp(image, { failOn: "truncated", limitInputPixels: PIXELS_MAX })
      .rotate()
      .flatten({ background: "#000000" })
      .toColourspace("srgb")
      .resize(EDGE, EDGE, { fit: "cover", kernel: "lanczos3" })
      .jpeg({ quality: 92, chromaSubsampling: "4:4:4" })
      .toBuffer();
  } catch (error) {
    throw new ImageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
