import { noContent, type Handler } from "../../platform/http/operation.ts";
import type { DraftsDeps } from "./deps.ts";
import { draftIdOf, holdDraft } from "./find.ts";
import { deleteDraftRow } from "./store.ts";

/** Its variants go with it, and what still writes for it is canceled. */
export const deleteDraft =
  ({ cancelFor }: Pick<DraftsDeps, "cancelFor">): Handler<"deleteDraft"> =>
  async ({ path, requestId, write }) => {
    const id = draftIdOf(path.draft_id);
    return write(async (tx) => {
      // Generations before their draft, as a worker locks them that completes one. One that begins in between ends without effect.
      await cancelFor(tx, id, requestId);
      await holdDraft(tx, id);
      await deleteDraftRow(tx, id);
      return noContent();
    });
  };
