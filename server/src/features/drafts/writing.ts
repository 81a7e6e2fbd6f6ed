import type { Database, Statement, TenantTx } from "../../platform/db/index.ts";

/** What writes, or wrote, for a draft. */
export interface Writing {
  /** The latest generation. */
  generation_id: string | null;
  /** A generation for it is on its way. */
  generating: boolean;
}

/** Of each of the drafts that any generation was for: a row of `Writing` with its `draft_id`. Given by who owns generations. */
export type SelectWriting = (accountId: string, draftIds: readonly string[]) => Statement;

type WritingRow = Writing & { draft_id: string };
const nothing: Writing = { generation_id: null, generating: false };
const byDraft = (rows: readonly WritingRow[]) => {
  const found = new Map(rows.map((row) => [row.draft_id, row]));
  return (id: string): Writing => found.get(id) ?? nothing;
};

export async function readWriting(
  { db, selectWriting }: { db: Database; selectWriting: SelectWriting },
  accountId: string,
  draftIds: readonly string[],
): Promise<(id: string) => Writing> {
  return byDraft(await db.readTenant<WritingRow>(accountId, selectWriting(accountId, draftIds)));
}

export async function readWritingIn(tx: TenantTx, selectWriting: SelectWriting, draftId: string): Promise<Writing> {
  const { text, values } = selectWriting(tx.accountId, [draftId]);
  return byDraft(await tx.query<WritingRow>(text, [...values]))(draftId);
}
