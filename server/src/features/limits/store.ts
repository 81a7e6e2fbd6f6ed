import { only, type Statement, type SystemTx } from "../../platform/db/index.ts";

export interface OverrideRow {
  account_id: string;
  id: string;
  /** Null: the account as a whole. */
  api_key_id: string | null;
  quota_max: number | null;
  quota_seconds: number | null;
  burst_max: number | null;
  burst_seconds: number | null;
  note: string;
  expires_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const columns =
  "account_id, id, api_key_id, quota_max, quota_seconds, burst_max, burst_seconds, note, expires_at, created_at, updated_at";

/** An account, or a key of one. */
export interface OverrideTarget {
  account_id: string;
  api_key_id: string | null;
}

export const selectOverridesOf = (accountId: string): Statement => ({
  name: "rate_limit_overrides_of_account",
  text: `select ${columns} from rate_limit_overrides where account_id = $1`,
  values: [accountId],
});

export const selectOverride = ({ account_id, api_key_id }: OverrideTarget): Statement => ({
  name: "rate_limit_override",
  text: `select ${columns} from rate_limit_overrides where account_id = $1 and api_key_id is not distinct from $2::uuid`,
  values: [account_id, api_key_id],
});

/** One row more than the page holds. */
export const selectOverridesPage = (page: {
  afterId: string | null;
  limit: number;
  accountId: string | null;
}): Statement => ({
  name: "rate_limit_overrides_page",
  text: `select ${columns} from rate_limit_overrides
          where ($1::uuid is null or id < $1) and ($2::uuid is null or account_id = $2)
          order by id desc limit $3`,
  values: [page.afterId, page.accountId, page.limit + 1],
});

/** Creates or replaces it; a replaced one keeps its id and when it was created. */
export async function upsertOverride(tx: SystemTx, row: OverrideRow): Promise<OverrideRow> {
  const replaced = [
    "quota_max",
    "quota_seconds",
    "burst_max",
    "burst_seconds",
    "note",
    "expires_at",
    "updated_at",
  ] as const;
  return only(
    await tx.query<OverrideRow>(
      `insert into rate_limit_overrides (account_id, id, api_key_id, created_at, ${replaced.join(", ")})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (account_id, api_key_id) do update set ${replaced.map((column) => `${column} = excluded.${column}`).join(", ")}
     returning ${columns}`,
      [row.account_id, row.id, row.api_key_id, row.created_at, ...replaced.map((column) => row[column])],
    ),
    "the stored override",
  );
}

/** False when there was none. */
export async function deleteOverride(tx: SystemTx, { account_id, api_key_id }: OverrideTarget): Promise<boolean> {
  const rows = await tx.query(
    "delete from rate_limit_overrides where account_id = $1 and api_key_id is not distinct from $2::uuid returning id",
    [account_id, api_key_id],
  );
  return rows.length > 0;
}
