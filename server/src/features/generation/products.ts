import type { GenerationInput, GenerationOutput } from "@musicverse/plugin-kit";
import type { GeneratedVariants } from "../drafts/index.ts";
import type { GeneratedImages } from "../library/index.ts";
import type { GeneratedTracks } from "../tracks/index.ts";
import { artworkProduct, artworkRequest } from "./artwork.ts";
import { musicProduct, musicRequest } from "./music.ts";
import { UnusableOutput, type Product } from "./product.ts";
import { reelProduct, reelRequest } from "./reel.ts";
import type { ClaimedRow } from "./store.ts";

/** Where products go. */
export interface Makers {
  tracks: GeneratedTracks;
  variants: GeneratedVariants;
  images: GeneratedImages;
}

/** A row as the plugin is asked for it. */
export function requestFor(row: ClaimedRow): GenerationInput {
  switch (row.kind) {
    case "music":
      return musicRequest(row.input, row.model);
    case "reel":
      return reelRequest(row.input, row.model);
    case "artwork":
      return artworkRequest(row.input, row.model);
  }
}

/** Stores what must not be stored in a transaction. Throws `UnusableOutput`. */
export async function productOf(makers: Makers, row: ClaimedRow, output: GenerationOutput): Promise<Product> {
  if (row.kind === "music" && output.kind === "music") return musicProduct(makers.tracks, row, output);
  if (row.kind === "reel" && output.kind === "reel") return reelProduct(makers.variants, row, output);
  if (row.kind === "artwork" && output.kind === "artwork") return artworkProduct(makers.images, row, output);
  throw new UnusableOutput(`it is ${output.kind}, not ${row.kind}`);
}
