import sharp from "sharp";

export interface ImageFacts {
  contentType: string;
  width: number;
  height: number;
}

const endings: Readonly<Record<string, string>> = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp" };

/** Pixels of the largest picture that is opened; a file of a few bytes may promise more than any memory holds. */
const PIXELS_MAX = 100_000_000;

export class ImageError extends Error {
  override name = "ImageError";
}

/** File name ending of a media type that `readImageFacts` gives. */
export function imageEnding(contentType: string): string {
  return endings[contentType] ?? "bin";
}

/** What the picture is. Decodes it to its end; throws `ImageError` unless it is a whole JPEG, PNG or WebP. */
export async function readImageFacts(bytes: Uint8Array): Promise<ImageFacts> {
  try {
    const image = sharp(bytes, { failOn: "truncated", limitInputPixels: PIXELS_MAX });
    const { mediaType, width, height } = await image.metadata();
    if (mediaType === undefined || !(mediaType in endings)) throw new Error("it is no JPEG, PNG or WebP");
    await image.stats();
    return { contentType: mediaType, width, height };
  } catch (error) {
    throw new ImageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
