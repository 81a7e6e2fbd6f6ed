import type { Clock } from "../../platform/clock/index.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import {
  insertVariant,
  lockDraft,
  supersedeVariants,
  updateDraftRow,
  updateVariant,
  type VariantContent,
} from "./store.ts";
import type { ReelTarget } from "./wish.ts";

/** How a finished generation becomes variants of its draft. */
export interface GeneratedVariants {
  /**
   * In the transaction that completes the generation: new variants in place of all, or with a `target` what it names and
   * nothing else. Does nothing for a draft that is gone, or for a variant that was replaced meanwhile.
   */
  write(
    tx: TenantTx,
    written: { draftId: string; generationId: string; target: ReelTarget | null; variants: VariantContent[] },
  ): Promise<void>;
}

export function createGeneratedVariants({ clock }: { clock: Clock }): GeneratedVariants {
  return {
    write: async (tx, { draftId, generationId, target, variants }) => {
      const draft = await lockDraft(tx, draftId);
      if (!draft) return;
      const now = clock.now();
      if (target) {
        const [content] = variants;
        const variant = draft.variants.find(({ id }) => id === target.variant_id);
        if (!content || !variant) return;
        const { field } = target;
        await updateVariant(
          tx,
          {
            ...variant,
            ...(field === null ? content : { [field]: content[field] }),
            edited_fields: field === null ? [] : variant.edited_fields.filter((edited) => edited !== field),
            generation_id: generationId,
          },
          now,
        );
      } else {
        await supersedeVariants(tx, draft, now);
        for (const [position, content] of variants.entries())
          await insertVariant(tx, { ...content, id: newId(), draftId, generationId, position }, now);
      }
      await updateDraftRow(tx, draft, now);
    },
  };
}
