import type { ArtworkInput, ArtworkOutput } from "@musicverse/plugin-kit";
import { ImageError, toCover, type GeneratedImages } from "../library/index.ts";
import { UnusableOutput, type Product } from "./product.ts";
import type { ClaimedRow } from "./store.ts";
import { titleOf, type Wishes } from "./wishes.ts";

export function artworkRequest({ prompt }: Wishes["artwork"], model: string): ArtworkInput {
  return { kind: "artwork", prompt, model };
}

/** A picture becomes a cover that stores take, in the library. */
export async function artworkProduct(
  images: GeneratedImages,
  row: ClaimedRow & { kind: "artwork" },
  { image }: ArtworkOutput,
): Promise<Product> {
  const stored = await toCover(image)
    .then((cover) => images.store(row.account_id, cover))
    .catch((error: unknown) => {
      if (!(error instanceof ImageError)) throw error;
      throw new UnusableOutput(error.message, { cause: error });
    });
  return {
    used: { images: 1 },
    create: async (tx) => {
      const asset = await images.create(tx, {
        generationId: row.id,
        title: titleOf(row),
        stored,
        requestId: row.request_id,
      });
      return { asset_id: asset.id };
    },
    discard: () => images.discard(stored),
  };
}
