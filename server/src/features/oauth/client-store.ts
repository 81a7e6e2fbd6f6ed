import type { Scope } from "../../generated/scopes.ts";
import { only, type Statement, type SystemTx, type TenantTx, type Tx } from "../../platform/db/index.ts";
import type { ClientType } from "./client-urls.ts";

export interface ClientRow {
  id: string;
  name: string;
  type: ClientType;
  homepage: string | null;
  logo_uri: string | null;
  redirect_uris: string[];
  scopes: Scope[];
  secret_last4: string | null;
  created_at: Date;
  updated_at: Date;
}

export interface NewClient extends ClientRow {
  secret_hash: Buffer | null;
}

const columns = "id, name, type, homepage, logo_uri, redirect_uris, scopes, secret_last4, created_at, updated_at";

export async function insertClient(tx: TenantTx, client: NewClient): Promise<void> {
  await tx.knex("oauth_clients").insert({ ...client, account_id: tx.accountId });
}

/** How many the account has. Two that are made at once wait for each other, so that none slips over the limit. */
export async function countClients(tx: TenantTx): Promise<number> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`${tx.accountId}|oauth_clients`]);
  const [row] = await tx.query<{ count: number }>(
    "select count(*)::int as count from oauth_clients where account_id = $1",
    [tx.accountId],
  );
  return row?.count ?? 0;
}

export const selectClient = (accountId: string, id: string): Statement => ({
  name: "oauth_client_by_id",
  text: `select ${columns} from oauth_clients where account_id = $1 and id = $2`,
  values: [accountId, id],
});

/** One row more than the page holds, so that the caller sees whether there are more. */
export const selectClients = (accountId: string, page: { afterId: string | null; limit: number }): Statement => ({
  name: "oauth_clients_page",
  text: `select ${columns} from oauth_clients where account_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
  values: [accountId, page.afterId, page.limit + 1],
});

/** Locked, so that what is checked against it still holds when it is changed. */
export async function lockClient(tx: TenantTx, id: string): Promise<ClientRow | null> {
  const [row] = await tx.query<ClientRow>(
    `select ${columns} from oauth_clients where account_id = $1 and id = $2 for update`,
    [tx.accountId, id],
  );
  return row ?? null;
}

export async function updateClient(tx: TenantTx, id: string, fields: Partial<NewClient>): Promise<ClientRow> {
  return only(
    await tx
      .knex("oauth_clients")
      .where({ account_id: tx.accountId, id })
      .update(fields)
      .returning<ClientRow[]>(columns.split(", ")),
    `the locked OAuth client ${id}`,
  );
}

/** The new secret takes the old one's place; that one counts until `overlapUntil`. */
export async function replaceClientSecret(
  tx: TenantTx,
  id: string,
  secret: { hash: Buffer; last4: string; overlapUntil: Date; now: Date },
): Promise<ClientRow> {
  return only(
    await tx.query<ClientRow>(
      `update oauth_clients set previous_secret_hash = secret_hash, previous_secret_until = $5, secret_hash = $3,
            secret_last4 = $4, updated_at = $6
      where account_id = $1 and id = $2 returning ${columns}`,
      [tx.accountId, id, secret.hash, secret.last4, secret.overlapUntil, secret.now],
    ),
    `the locked OAuth client ${id}`,
  );
}

/** Nobody knows the secret behind `hash`: until each client gets a new one, it proves nothing. */
export async function replaceSecretsOf(
  tx: SystemTx,
  accountIds: readonly string[],
  hash: Buffer,
  now: Date,
): Promise<void> {
  await tx.query(
    `update oauth_clients set secret_hash = $2, previous_secret_hash = null, previous_secret_until = null, updated_at = $3
      where account_id = any($1) and secret_hash is not null`,
    [accountIds, hash, now],
  );
}

export async function deleteClient(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.query("delete from oauth_clients where account_id = $1 and id = $2 returning id", [
    tx.accountId,
    id,
  ]);
  return rows.length === 1;
}

/** A client as the authorization server sees it, whoever registered it. */
export interface AnyClientRow extends ClientRow {
  secret_hash: Buffer | null;
  previous_secret_hash: Buffer | null;
  previous_secret_until: Date | null;
}

export async function selectAnyClient(tx: Tx, id: string): Promise<AnyClientRow | null> {
  const [row] = await tx.query<AnyClientRow>(
    `select ${columns}, secret_hash, previous_secret_hash, previous_secret_until from oauth_clients where id = $1`,
    [id],
  );
  return row ?? null;
}

export const selectClientScopes = (id: string): Statement => ({
  name: "oauth_client_scopes",
  text: "select scopes from oauth_clients where id = $1",
  values: [id],
});
