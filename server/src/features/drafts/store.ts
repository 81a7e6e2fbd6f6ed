import type { Statement, TenantTx } from "../../platform/db/index.ts";

export type ReelField = "hook" | "script" | "caption" | "hashtags";

/** The texts of one variant. */
export interface VariantContent {
  hook: string;
  script: string;
  caption: string;
  hashtags: string[];
}

export interface VariantRow extends VariantContent {
  id: string;
  position: number;
  edited_fields: ReelField[];
  selected: boolean;
  generation_id: string | null;
  /** From JSON, so text: ISO 8601. */
  created_at: string;
  updated_at: string;
}

export interface DraftRow {
  id: string;
  title: string | null;
  brief: string;
  platform: "instagram" | "tiktok" | "youtube" | "facebook";
  tone: "friendly" | "playful" | "energetic" | "inspirational" | "professional" | "dramatic";
  language: string;
  /** Those that nothing has replaced, by position. */
  variants: VariantRow[];
  created_at: Date;
  updated_at: Date;
}

const columns = `d.id, d.title, d.brief, d.platform, d.tone, d.language, d.created_at, d.updated_at,
  coalesce((select json_agg(json_build_object('id', v.id, 'position', v.position, 'hook', v.hook, 'script', v.script, 'caption', v.caption,
      'hashtags', v.hashtags, 'edited_fields', v.edited_fields, 'selected', v.selected, 'generation_id', v.generation_id,
      'created_at', v.created_at, 'updated_at', v.updated_at) order by v.position)
    from draft_variants v where v.account_id = d.account_id and v.draft_id = d.id and v.superseded_at is null), '[]') as variants`;

export const selectDraft = (accountId: string, id: string): Statement => ({
  name: "draft_by_id",
  text: `select ${columns} from drafts d where d.account_id = $1 and d.id = $2`,
  values: [accountId, id],
});

export const selectDrafts = (
  accountId: string,
  page: { afterId: string | null; limit: number; platform: string | null },
): Statement => ({
  name: "drafts_page",
  text: `select ${columns} from drafts d
          where d.account_id = $1 and ($2::uuid is null or d.id < $2) and ($3::text is null or d.platform = $3)
          order by d.id desc limit $4`,
  values: [accountId, page.afterId, page.platform, page.limit + 1],
});

async function readDraftIn(tx: TenantTx, id: string): Promise<DraftRow | null> {
  const { text, values } = selectDraft(tx.accountId, id);
  const [row] = await tx.query<DraftRow>(text, [...(values ?? [])]);
  return row ?? null;
}

/** Null: no such draft. Nobody else changes it or its variants until the transaction ends. */
export async function lockDraft(tx: TenantTx, id: string): Promise<DraftRow | null> {
  const held = await tx.query("select 1 from drafts where account_id = $1 and id = $2 for update", [tx.accountId, id]);
  return held.length === 0 ? null : readDraftIn(tx, id);
}

/** Changes a draft that is locked: its title, and that it was changed at all. */
export async function updateDraftRow(
  tx: TenantTx,
  { id, title }: Pick<DraftRow, "id" | "title">,
  now: Date,
): Promise<void> {
  await tx.query("update drafts set title = $3, updated_at = $4 where account_id = $1 and id = $2", [
    tx.accountId,
    id,
    title,
    now,
  ]);
}

/** Chooses a variant of a locked draft, or none. */
export async function selectVariant(
  tx: TenantTx,
  { id }: Pick<DraftRow, "id">,
  variantId: string | null,
): Promise<void> {
  await tx.query("update draft_variants set selected = false where account_id = $1 and draft_id = $2 and selected", [
    tx.accountId,
    id,
  ]);
  if (variantId !== null)
    await tx.query("update draft_variants set selected = true where account_id = $1 and id = $2", [
      tx.accountId,
      variantId,
    ]);
}

/** Writes the texts of a variant of a locked draft as they are to be. */
export async function updateVariant(
  tx: TenantTx,
  variant: VariantContent & Pick<VariantRow, "id" | "edited_fields" | "generation_id">,
  now: Date,
): Promise<void> {
  await tx.query(
    `update draft_variants
        set hook = $3, script = $4, caption = $5, hashtags = $6, edited_fields = $7, generation_id = $8, revision = revision + 1, updated_at = $9
      where account_id = $1 and id = $2`,
    [
      tx.accountId,
      variant.id,
      variant.hook,
      variant.script,
      variant.caption,
      variant.hashtags,
      variant.edited_fields,
      variant.generation_id,
      now,
    ],
  );
}

export async function deleteDraftRow(tx: TenantTx, id: string): Promise<void> {
  await tx.query("delete from drafts where account_id = $1 and id = $2", [tx.accountId, id]);
}

export async function insertDraft(
  tx: TenantTx,
  draft: Pick<DraftRow, "id" | "title" | "brief" | "platform" | "tone" | "language">,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into drafts (account_id, id, title, brief, platform, tone, language, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
    [tx.accountId, draft.id, draft.title, draft.brief, draft.platform, draft.tone, draft.language, now],
  );
}

/** Takes all variants of a locked draft out of it; their rows stay. */
export async function supersedeVariants(tx: TenantTx, { id }: Pick<DraftRow, "id">, now: Date): Promise<void> {
  await tx.query(
    "update draft_variants set superseded_at = $3, selected = false where account_id = $1 and draft_id = $2 and superseded_at is null",
    [tx.accountId, id, now],
  );
}

export async function insertVariant(
  tx: TenantTx,
  variant: VariantContent & { id: string; draftId: string; generationId: string; position: number },
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into draft_variants (account_id, id, draft_id, generation_id, position, hook, script, caption, hashtags, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
    [
      tx.accountId,
      variant.id,
      variant.draftId,
      variant.generationId,
      variant.position,
      variant.hook,
      variant.script,
      variant.caption,
      variant.hashtags,
      now,
    ],
  );
}
