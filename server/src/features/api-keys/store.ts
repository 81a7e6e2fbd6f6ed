import type { Scope } from "../../generated/scopes.ts";
import { only, type Statement, type SystemTx, type TenantTx } from "../../platform/db/index.ts";
import type { Use } from "../../platform/last-used/index.ts";
import { credentialsChannel } from "../accounts/index.ts";

export interface ApiKeyRow {
  id: string;
  name: string;
  last4: string;
  scopes: Scope[];
  ip_allowlist: string[] | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  created_at: Date;
  secret_created_at: Date;
  previous_last4: string | null;
  previous_expires_at: Date | null;
  last_used_at: Date | null;
  last_used_ip: string | null;
}

/** What is stored of a secret. */
export interface StoredSecret {
  public_id: string;
  hash: Buffer;
  pepper_version: string;
  last4: string;
  /** When a worker reminds of rotating it. */
  reminder_due_at: Date;
}

export type NewApiKey = Pick<ApiKeyRow, "id" | "name" | "scopes" | "ip_allowlist" | "expires_at" | "created_at"> &
  StoredSecret & { created_by: string | null };

/** A row that this transaction holds, with the names of its secrets in the caches of credentials. */
export interface LockedKey extends ApiKeyRow {
  public_id: string;
  previous_public_id: string | null;
}

export const columns = `id, name, last4, scopes, ip_allowlist::text[] as ip_allowlist, expires_at, revoked_at, created_at,
  secret_created_at, previous_last4, previous_expires_at, last_used_at, host(last_used_ip) as last_used_ip`;

/** Bits beyond the prefix are cleared, and what is then the same is stored once. */
const allowlist = (parameter: number) =>
  `case when $${parameter}::text[] is null then null
        else array(select distinct network(entry::inet)::cidr from unnest($${parameter}::text[]) entry order by 1) end`;

export async function insertKey(tx: TenantTx, key: NewApiKey): Promise<ApiKeyRow> {
  const rows = await tx.query<ApiKeyRow>(
    `insert into api_keys (account_id, id, name, scopes, ip_allowlist, expires_at, created_at, created_by,
                           public_id, hash, pepper_version, last4, secret_created_at, reminder_due_at)
     values ($1, $2, $3, $4, ${allowlist(5)}, $6, $7, $8, $9, $10, $11, $12, $7, $13) returning ${columns}`,
    [
      tx.accountId,
      key.id,
      key.name,
      key.scopes,
      key.ip_allowlist,
      key.expires_at,
      key.created_at,
      key.created_by,
      key.public_id,
      key.hash,
      key.pepper_version,
      key.last4,
      key.reminder_due_at,
    ],
  );
  return only(rows, "the API key that was inserted or locked");
}

/** Counts the keys that work, and keeps others of the same account from counting until the transaction ends. */
export async function countActiveKeysAlone(tx: TenantTx, now: Date): Promise<number> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`API keys of ${tx.accountId}`]);
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from api_keys
      where account_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)`,
    [tx.accountId, now],
  );
  return row?.count ?? 0;
}

export const selectKey = (accountId: string, id: string): Statement => ({
  name: "api_key_by_id",
  text: `select ${columns} from api_keys where account_id = $1 and id = $2`,
  values: [accountId, id],
});

export interface KeyFilter {
  status: "active" | "revoked" | "expired" | null;
  now: Date;
}

/** One row more than the page holds, so that the caller sees whether there are more. */
export const selectKeys = (
  accountId: string,
  page: { afterId: string | null; limit: number },
  { status, now }: KeyFilter,
): Statement => ({
  name: "api_keys_page",
  text: `select ${columns} from api_keys
          where account_id = $1 and ($2::uuid is null or id < $2)
            and ($4::text is null or $4 = case when revoked_at is not null then 'revoked' when expires_at <= $5 then 'expired' else 'active' end)
          order by id desc limit $3`,
  values: [accountId, page.afterId, page.limit + 1, status, now],
});

/** Keys of the account among `ids`, which nobody else changes until the transaction ends. */
export function lockKeys(tx: TenantTx, ids: string[]): Promise<LockedKey[]> {
  return tx.query<LockedKey>(
    `select ${columns}, public_id, previous_public_id from api_keys
      where account_id = $1 and id = any($2::uuid[]) order by id for no key update`,
    [tx.accountId, ids],
  );
}

export async function changeKey(
  tx: TenantTx,
  { id, name, scopes, ip_allowlist: networks, expires_at: end }: LockedKey,
): Promise<ApiKeyRow> {
  const rows = await tx.query<ApiKeyRow>(
    `update api_keys set name = $3, scopes = $4, ip_allowlist = ${allowlist(5)}, expires_at = $6
      where account_id = $1 and id = $2 returning ${columns}`,
    [tx.accountId, id, name, scopes, networks, end],
  );
  return only(rows, "the API key that was inserted or locked");
}

/** The present secret becomes the previous one until `graceEnd`; the one before that ends now. */
export async function replaceSecret(
  tx: TenantTx,
  id: string,
  secret: StoredSecret,
  now: Date,
  graceEnd: Date,
): Promise<ApiKeyRow> {
  const rows = await tx.query<ApiKeyRow>(
    `update api_keys set previous_public_id = public_id, previous_hash = hash, previous_pepper_version = pepper_version,
            previous_last4 = last4, previous_expires_at = $9,
            public_id = $3, hash = $4, pepper_version = $5, last4 = $6, secret_created_at = $7, reminder_due_at = $8
      where account_id = $1 and id = $2 returning ${columns}`,
    [
      tx.accountId,
      id,
      secret.public_id,
      secret.hash,
      secret.pepper_version,
      secret.last4,
      now,
      secret.reminder_due_at,
      graceEnd,
    ],
  );
  return only(rows, "the API key that was inserted or locked");
}

/** Marks the key revoked, if it was not. */
export async function revokeKey(tx: TenantTx, id: string, at: Date): Promise<ApiKeyRow> {
  const rows = await tx.query<ApiKeyRow>(
    `update api_keys set revoked_at = coalesce(revoked_at, $3) where account_id = $1 and id = $2 returning ${columns}`,
    [tx.accountId, id, at],
  );
  return only(rows, "the API key that was inserted or locked");
}

/** Ends the secret before the last rotation within its grace period. */
export async function endPreviousSecret(tx: TenantTx, id: string, at: Date): Promise<ApiKeyRow> {
  const rows = await tx.query<ApiKeyRow>(
    `update api_keys set previous_expires_at = least(previous_expires_at, $3) where account_id = $1 and id = $2 returning ${columns}`,
    [tx.accountId, id, at],
  );
  return only(rows, "the API key that was inserted or locked");
}

/** To be called with each change of a locked key: every process forgets what it knew of both secrets. */
export async function forgetKey(
  tx: TenantTx,
  { public_id: current, previous_public_id: previous }: LockedKey,
): Promise<void> {
  await tx.notify(credentialsChannel, current);
  if (previous !== null) await tx.notify(credentialsChannel, previous);
}

/** One statement for all of them; rows are locked in one order, whoever writes. */
export async function writeLastUses(tx: SystemTx, uses: Use[]): Promise<void> {
  await tx.query(
    `with used as (
       select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::inet[]) as u (account_id, id, at, ip)
     ), locked as (
       select k.account_id, k.id, u.at, u.ip from api_keys k join used u on u.account_id = k.account_id and u.id = k.id
        where k.last_used_at is null or k.last_used_at < u.at order by k.account_id, k.id for no key update of k
     )
     update api_keys k set last_used_at = l.at, last_used_ip = l.ip
       from locked l where k.account_id = l.account_id and k.id = l.id`,
    [uses.map((use) => use.accountId), uses.map((use) => use.id), uses.map((use) => use.at), uses.map((use) => use.ip)],
  );
}

export interface UsableKeyRow {
  /** False: there is no such key; all other columns are made up. */
  is_real: boolean;
  account_id: string;
  id: string;
  hash: Buffer;
  pepper_version: string;
  scopes: Scope[];
  ip_allowlist: string[] | null;
  /** Of the secret that was asked for. */
  expires_at: Date | null;
  mode: "live" | "test";
  is_admin: boolean;
}

/**
 * By the public id of its secret or of the one before. Always one row, a made-up one with `decoyScopes` when there is no such
 * key: so an answer is read, sent and parsed alike, and takes as long. Nothing ends a scan at the key, and the account of either
 * row is looked up in one way. `found` asks by equality alone: with `or`, or for keys that are not revoked, PostgreSQL read all of
 * them by another index while a young database had no statistics.
 */
export const selectUsableKey = (publicId: string, decoyScopes: readonly Scope[]): Statement => ({
  name: "api_key_by_public_id",
  text: `with found as materialized (
           select account_id, id, scopes, ip_allowlist::text[] as ip_allowlist, hash, pepper_version, expires_at, revoked_at
             from api_keys where public_id = $1
            union all
           select account_id, id, scopes, ip_allowlist::text[], previous_hash, previous_pepper_version,
                  least(expires_at, previous_expires_at), revoked_at
             from api_keys where previous_public_id = $1
         ), usable as materialized (
           select account_id, id, scopes, ip_allowlist, hash, pepper_version, expires_at from found where revoked_at is null
         ), usable_or_not as materialized (
           select true as is_real, account_id, id, scopes, ip_allowlist, hash, pepper_version, expires_at from usable
            union all
           (select false, id, id, $2::text[], null, sha256(''), '', null from accounts where not exists (select from usable) limit 1)
         )
         select k.is_real, k.account_id, k.id, k.scopes, k.ip_allowlist, a.mode, a.is_admin, k.hash, k.pepper_version, k.expires_at
           from usable_or_not k join accounts a on a.id = k.account_id`,
  values: [publicId, decoyScopes],
});

export const selectAccountOfKey = (id: string): Statement => ({
  name: "account_of_api_key",
  text: "select account_id from api_keys where id = $1",
  values: [id],
});

/** SQL of how many keys of a pair of accounts open anything now; for statements of other slices. */
export const usableKeysOf = (live: string, sandbox: string): string =>
  `(select count(*) from api_keys k where k.account_id in (${live}, ${sandbox}) and k.revoked_at is null
     and coalesce(k.expires_at > now(), true))`;

/** Revokes all keys of the accounts; the public ids of their secrets. */
export async function revokeKeysOf(tx: SystemTx, accountIds: readonly string[], at: Date): Promise<string[]> {
  const rows = await tx.query<{ public_id: string; previous_public_id: string | null }>(
    `update api_keys set revoked_at = $2 where account_id = any($1) and revoked_at is null returning public_id, previous_public_id`,
    [accountIds, at],
  );
  return rows.flatMap(({ public_id: current, previous_public_id: previous }) =>
    previous === null ? [current] : [current, previous],
  );
}
