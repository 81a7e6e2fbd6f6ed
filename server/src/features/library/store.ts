import { only, type Statement, type TenantTx } from "../../platform/db/index.ts";

export interface AssetRow {
  id: string;
  kind: "reel" | "image";
  status: "draft" | "ready" | "published" | "archived";
  title: string;
  platform: "instagram" | "tiktok" | "youtube" | "facebook" | null;
  hook: string | null;
  script: string | null;
  caption: string | null;
  hashtags: string[];
  tags: string[];
  metadata: Record<string, string>;
  draft_id: string | null;
  variant_id: string | null;
  generation_id: string | null;
  /** These six are null together: a reel has no file. */
  blob_key: string | null;
  sha256: string | null;
  bytes: number | null;
  content_type: string | null;
  width: number | null;
  height: number | null;
  created_at: Date;
  updated_at: Date;
}

export type NewAsset = Omit<AssetRow, "created_at" | "updated_at">;

export const assetColumns = `id, kind, status, title, platform, hook, script, caption, hashtags, tags, metadata, draft_id, variant_id,
  generation_id, blob_key, sha256, bytes, content_type, width, height, created_at, updated_at`;

export const selectAsset = (accountId: string, id: string): Statement => ({
  name: "asset_by_id",
  text: `select ${assetColumns} from assets where account_id = $1 and id = $2`,
  values: [accountId, id],
});

export const selectAssetsById = (accountId: string, ids: readonly string[]): Statement => ({
  name: "assets_by_id",
  text: `select ${assetColumns} from assets where account_id = $1 and id = any($2)`,
  values: [accountId, ids],
});

/** SQL of the id of the image that a generation made, at most one; for statements of other slices. */
export const imageOf = ({ account, generation }: { account: string; generation: string }): string =>
  `(select assets.id from assets where assets.account_id = ${account} and assets.generation_id = ${generation} and assets.kind = 'image')`;

export async function insertAsset(tx: TenantTx, row: NewAsset): Promise<AssetRow> {
  return only(
    await tx.query<AssetRow>(
      `insert into assets (account_id, id, kind, status, title, platform, hook, script, caption, hashtags, tags, metadata,
       draft_id, variant_id, generation_id, blob_key, sha256, bytes, content_type, width, height)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) returning ${assetColumns}`,
      [
        tx.accountId,
        row.id,
        row.kind,
        row.status,
        row.title,
        row.platform,
        row.hook,
        row.script,
        row.caption,
        row.hashtags,
        row.tags,
        JSON.stringify(row.metadata),
        row.draft_id,
        row.variant_id,
        row.generation_id,
        row.blob_key,
        row.sha256,
        row.bytes,
        row.content_type,
        row.width,
        row.height,
      ],
    ),
    "the inserted asset",
  );
}

/** The row, which nobody else changes or deletes until the transaction ends; null when there is none. */
export async function lockAsset(tx: TenantTx, id: string): Promise<AssetRow | null> {
  const [row] = await tx.query<AssetRow>(
    `select ${assetColumns} from assets where account_id = $1 and id = $2 for update`,
    [tx.accountId, id],
  );
  return row ?? null;
}

/** Writes the editable fields of a row that `lockAsset` gave. */
export async function updateAssetRow(tx: TenantTx, row: AssetRow): Promise<AssetRow> {
  return only(
    await tx.query<AssetRow>(
      `update assets set status = $3, title = $4, platform = $5, hook = $6, script = $7, caption = $8, hashtags = $9, tags = $10,
        metadata = $11, updated_at = now()
      where account_id = $1 and id = $2 returning ${assetColumns}`,
      [
        tx.accountId,
        row.id,
        row.status,
        row.title,
        row.platform,
        row.hook,
        row.script,
        row.caption,
        row.hashtags,
        row.tags,
        JSON.stringify(row.metadata),
      ],
    ),
    "the locked asset",
  );
}

export async function deleteAssetRow(tx: TenantTx, id: string): Promise<void> {
  await tx.query("delete from assets where account_id = $1 and id = $2", [tx.accountId, id]);
}

/** Deletes assets of the account, `limit` of them; each with the file that it had. */
export async function deleteAssetsOf(tx: TenantTx, limit: number): Promise<Pick<AssetRow, "id" | "blob_key">[]> {
  return tx.query(
    "delete from assets where account_id = $1 and id in (select id from assets where account_id = $1 limit $2) returning id, blob_key",
    [tx.accountId, limit],
  );
}
