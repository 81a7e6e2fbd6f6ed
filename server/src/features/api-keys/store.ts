import type { Scope } from "../../generated/scopes.ts";
import type { Statement, TenantTx } from "../../platform/db/index.ts";

export interface ApiKeyRow {
  id: string;
  name: string;
  last4: string;
  scopes: Scope[];
  expires_at: Date | null;
  revoked_at: Date | null;
  created_at: Date;
}

export interface NewApiKey extends Omit<ApiKeyRow, "revoked_at"> {
  public_id: string;
  hash: Buffer;
  pepper_version: string;
  created_by: string | null;
}

const columns = "id, name, last4, scopes, expires_at, revoked_at, created_at";

export async function insertKey(tx: TenantTx, key: NewApiKey): Promise<void> {
  await tx.knex("api_keys").insert({ ...key, account_id: tx.accountId });
}

export const selectKey = (accountId: string, id: string): Statement => ({
  name: "api_key_by_id",
  text: `select ${columns} from api_keys where account_id = $1 and id = $2`,
  values: [accountId, id],
});

/** One row more than the page holds, so that the caller sees whether there are more. */
export const selectKeys = (accountId: string, page: { afterId: string | null; limit: number }): Statement => ({
  name: "api_keys_page",
  text: `select ${columns} from api_keys
          where account_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
  values: [accountId, page.afterId, page.limit + 1],
});

/** Marks the key revoked, if it was not; its public id, or null when there is no such key. */
export async function revokeKey(tx: TenantTx, id: string, at: Date): Promise<string | null> {
  const [row] = await tx.query<{ public_id: string }>(
    `update api_keys set revoked_at = coalesce(revoked_at, $3) where account_id = $1 and id = $2 returning public_id`,
    [tx.accountId, id, at],
  );
  return row?.public_id ?? null;
}

export interface UsableKeyRow {
  account_id: string;
  id: string;
  hash: Buffer;
  pepper_version: string;
  scopes: Scope[];
  expires_at: Date | null;
  mode: "live" | "test";
  is_admin: boolean;
}

export const selectUsableKey = (publicId: string): Statement => ({
  name: "api_key_by_public_id",
  text: `select k.account_id, k.id, k.hash, k.pepper_version, k.scopes, k.expires_at, a.mode, a.is_admin
           from api_keys k join accounts a on a.id = k.account_id
          where k.public_id = $1 and k.revoked_at is null`,
  values: [publicId],
});
