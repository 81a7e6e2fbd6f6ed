import type { ReelInput, ReelOutput } from "@musicverse/plugin-kit";
import type { GeneratedVariants } from "../drafts/index.ts";
import type { Product } from "./product.ts";
import type { ClaimedRow } from "./store.ts";
import type { Wishes } from "./wishes.ts";

export function reelRequest({ target, ...input }: Wishes["reel"], model: string): ReelInput {
  return { kind: "reel", ...input, target: target && { field: target.field, current: target.current }, model };
}

/** Texts become variants of a draft; nothing is left of those of a draft that was deleted meanwhile. */
export async function reelProduct(
  variants: GeneratedVariants,
  row: ClaimedRow & { kind: "reel" },
  output: ReelOutput,
): Promise<Product> {
  const {
    draft_id: draftId,
    input: { target },
  } = row;
  return {
    used: { ...output.usage },
    create: async (tx) => {
      if (draftId !== null)
        await variants.write(tx, { draftId, generationId: row.id, target, variants: output.variants });
      return {};
    },
    discard: () => Promise.resolve(),
  };
}
