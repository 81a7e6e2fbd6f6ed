import type { DraftRow, ReelField, VariantContent } from "./store.ts";

/** What a provider is asked to write, as a generation keeps it. */
export interface ReelWish extends Pick<DraftRow, "brief" | "platform" | "tone" | "language"> {
  variants: number;
  instructions: string | null;
  /** Hooks that are not to come again. */
  avoid: string[];
  target: ReelTarget | null;
}

/** One variant is written anew, or one field of it. */
export interface ReelTarget {
  variant_id: string;
  field: ReelField | null;
  current: VariantContent;
}
