import { noContent, type Handler } from "../../platform/http/operation.ts";
import { draftIdOf, holdDraft } from "./find.ts";
import { deleteDraftRow } from "./store.ts";

/** Its variants go with it. */
export const deleteDraft = (): Handler<"deleteDraft"> => async ({ path, write }) => {
  const id = draftIdOf(path.draft_id);
  return write(async (tx) => {
    await holdDraft(tx, id);
    await deleteDraftRow(tx, id);
    return noContent();
  });
};
