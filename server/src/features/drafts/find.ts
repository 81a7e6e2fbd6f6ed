import type { Database, TenantTx } from "../../platform/db/index.ts";
import { ProblemError, type FieldProblem } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { lockDraft, selectDraft } from "./store.ts";
import type { DraftRow, VariantRow } from "./store.ts";

const noSuchDraft = () => new ProblemError("not_found", { detail: "There is no draft with this id in this account." });

/** The UUID of a draft; a malformed id is as missing as an unknown one. */
export function draftIdOf(text: string): string {
  const id = decodeId("dft", text);
  if (id === null) throw noSuchDraft();
  return id;
}

export async function findDraft(db: Database, accountId: string, id: string): Promise<DraftRow> {
  const [row] = await db.readTenant<DraftRow>(accountId, selectDraft(accountId, id));
  if (!row) throw noSuchDraft();
  return row;
}

export async function holdDraft(tx: TenantTx, id: string): Promise<DraftRow> {
  const row = await lockDraft(tx, id);
  if (!row) throw noSuchDraft();
  return row;
}

/** A variant that the draft has now; one that was replaced is not. */
export function variantOf(draft: DraftRow, publicId: string, path: string): VariantRow {
  const id = decodeId("var", publicId);
  const variant = draft.variants.find((each) => each.id === id);
  if (variant) return variant;
  const problem: FieldProblem = {
    path,
    code: "not_found",
    message: "This draft has no variant with this id. A full regeneration replaces all of them.",
  };
  throw new ProblemError("validation_failed", { errors: [problem] });
}
