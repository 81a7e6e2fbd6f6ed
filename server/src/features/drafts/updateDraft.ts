import { isDeepStrictEqual } from "node:util";
import type { components } from "../../generated/openapi.types.ts";
import { entityTag, requireMatch } from "../../platform/http/etag.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import { invalidField } from "../../platform/http/problem.ts";
import type { DraftsDeps } from "./deps.ts";
import { draftIdOf, holdDraft, variantOf } from "./find.ts";
import { presentDraft } from "./present.ts";
import {
  selectVariant,
  updateDraftRow,
  updateVariant,
  type DraftRow,
  type ReelField,
  type VariantRow,
} from "./store.ts";
import { readWritingIn } from "./writing.ts";

type Edit = components["schemas"]["DraftVariantEdit"];
const fields: readonly ReelField[] = ["hook", "script", "caption", "hashtags"];

/** All that is named or nothing: one transaction under the lock of the draft. */
export const updateDraft =
  ({ clock, selectWriting }: Pick<DraftsDeps, "clock" | "selectWriting">): Handler<"updateDraft"> =>
  async ({ path, body, headers, write }) => {
    const id = draftIdOf(path.draft_id);
    refuseRepetition(body.variants ?? []);
    return write(async (tx) => {
      const before = await holdDraft(tx, id);
      requireMatch(headers, presentDraft(before, await readWritingIn(tx, selectWriting, id)));
      const now = clock.now();
      const edited = (body.variants ?? [])
        .map((edit, index) => editedVariant(before, edit, `/body/variants/${index}/id`))
        .filter((variant) => variant !== null);
      for (const variant of edited) await updateVariant(tx, variant, now);
      if (body.selected_variant_id !== undefined) {
        const chosen =
          body.selected_variant_id === null
            ? null
            : variantOf(before, body.selected_variant_id, "/body/selected_variant_id").id;
        await selectVariant(tx, before, chosen);
      }
      const title = body.title === undefined ? before.title : (body.title?.trim() ?? null);
      await updateDraftRow(tx, { id, title }, now);
      const draft = presentDraft(...(await Promise.all([holdDraft(tx, id), readWritingIn(tx, selectWriting, id)])));
      return ok(draft, { ETag: entityTag(draft) });
    });
  };

/** Two edits of one variant would each be made of what was there before, and the later one would undo the other. */
function refuseRepetition(edits: readonly Edit[]): void {
  const again = edits.findIndex(({ id }, index) => edits.findIndex((other) => other.id === id) < index);
  if (again >= 0)
    throw invalidField(
      `/body/variants/${again}/id`,
      "repeated",
      "A variant is edited once in a request. Put all of its fields together.",
    );
}

/** Null: it says what is there already. */
function editedVariant(draft: DraftRow, edit: Edit, path: string): VariantRow | null {
  const variant = variantOf(draft, edit.id, path);
  const changed = fields.filter(
    (field) => edit[field] !== undefined && !isDeepStrictEqual(edit[field], variant[field]),
  );
  if (changed.length === 0) return null;
  return {
    ...variant,
    hook: edit.hook ?? variant.hook,
    script: edit.script ?? variant.script,
    caption: edit.caption ?? variant.caption,
    hashtags: edit.hashtags ?? variant.hashtags,
    edited_fields: fields.filter((field) => changed.includes(field) || variant.edited_fields.includes(field)),
  };
}
