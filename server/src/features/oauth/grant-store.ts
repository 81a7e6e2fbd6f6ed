import type { Scope } from "../../generated/scopes.ts";
import { only, type Statement, type SystemTx, type Tx } from "../../platform/db/index.ts";
import { modeOf } from "../accounts/index.ts";

export interface GrantRow {
  account_id: string;
  id: string;
  client_id: string;
  user_id: string;
  scopes: Scope[];
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date;
}

/** A grant as the people of its account see it. */
export interface ConnectedAppRow extends GrantRow {
  mode: "live" | "test";
  client_name: string;
  client_homepage: string | null;
}

const columns = "g.account_id, g.id, g.client_id, g.user_id, g.scopes, g.created_at, g.last_used_at, g.expires_at";
const connected = `select ${columns}, ${modeOf("g.account_id")} as mode, coalesce(c.name, 'A deleted app') as client_name, c.homepage as client_homepage
  from oauth_grants g left join oauth_clients c on c.id = g.client_id`;

/** As the system: clients belong to other accounts. The account is compared here. */
export const selectConnectedApps = (
  accountId: string,
  page: { afterId: string | null; limit: number },
  now: Date,
): Statement => ({
  name: "connected_apps_page",
  text: `${connected} where g.account_id = $1 and c.id is not null and g.expires_at > $4 and ($2::uuid is null or g.id < $2)
         order by g.id desc limit $3`,
  values: [accountId, page.afterId, page.limit + 1, now],
});

export async function selectConnectedApp(tx: SystemTx, id: string): Promise<ConnectedAppRow | null> {
  const [row] = await tx.query<ConnectedAppRow>(`${connected} where g.id = $1`, [id]);
  return row ?? null;
}

/** Allows the scopes besides those allowed before; the grant's id, which stays the same for this person, app and account. */
export async function upsertGrant(
  tx: SystemTx,
  grant: {
    id: string;
    accountId: string;
    clientId: string;
    userId: string;
    scopes: readonly Scope[];
    now: Date;
    expiresAt: Date;
  },
): Promise<string> {
  const row = only(
    await tx.query<{ id: string }>(
      `insert into oauth_grants as g (account_id, id, client_id, user_id, scopes, created_at, consented_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $6, $7)
     on conflict (account_id, client_id, user_id) do update set
       scopes = array(select distinct unnest(g.scopes || excluded.scopes) order by 1),
       consented_at = excluded.consented_at, expires_at = excluded.expires_at
     returning id`,
      [grant.accountId, grant.id, grant.clientId, grant.userId, grant.scopes.toSorted(), grant.now, grant.expiresAt],
    ),
    "the granted app",
  );
  return row.id;
}

export async function selectGrant(tx: Tx, id: string): Promise<GrantRow | null> {
  const [row] = await tx.query<GrantRow>(`select ${columns} from oauth_grants g where g.id = $1`, [id]);
  return row ?? null;
}

/** What this person allowed this app last, in either account of theirs. */
export async function selectLatestGrant(tx: Tx, userId: string, clientId: string): Promise<GrantRow | null> {
  const [row] = await tx.query<GrantRow>(
    `select ${columns} from oauth_grants g where g.user_id = $1 and g.client_id = $2 order by g.consented_at desc limit 1`,
    [userId, clientId],
  );
  return row ?? null;
}

/** Each use moves the end of the grant away. */
export async function touchGrant(tx: Tx, id: string, now: Date, expiresAt: Date): Promise<void> {
  await tx.query("update oauth_grants set last_used_at = $2, expires_at = $3 where id = $1", [id, now, expiresAt]);
}

export interface EndedGrant {
  account_id: string;
  id: string;
  client_id: string;
}

const ended = "returning account_id, id, client_id";

/** Tokens go with the grant. */
export const deleteGrant = (tx: Tx, accountId: string, id: string): Promise<EndedGrant[]> =>
  tx.query(`delete from oauth_grants where account_id = $1 and id = $2 ${ended}`, [accountId, id]);

export const deleteGrantsOfAccount = (tx: Tx, accountId: string): Promise<EndedGrant[]> =>
  tx.query(`delete from oauth_grants where account_id = $1 ${ended}`, [accountId]);

/** Of apps that nobody used for too long. */
export const deleteExpiredGrants = (tx: SystemTx, now: Date): Promise<EndedGrant[]> =>
  tx.query(`delete from oauth_grants where expires_at < $1 ${ended}`, [now]);

/** Some grants of clients that are gone; all clients when none is named. */
export const deleteOrphanedGrants = (tx: SystemTx, clientId: string | null, limit: number): Promise<EndedGrant[]> =>
  tx.query(
    `delete from oauth_grants where id in (
       select g.id from oauth_grants g where ($1::uuid is null or g.client_id = $1)
          and not exists (select from oauth_clients c where c.id = g.client_id) limit $2 for update skip locked) ${ended}`,
    [clientId, limit],
  );

/** In whichever account it is; null when it is gone. */
export async function accountOfGrant(tx: Tx, id: string): Promise<string | null> {
  const [row] = await tx.query<{ account_id: string }>("select account_id from oauth_grants where id = $1", [id]);
  return row?.account_id ?? null;
}

/** Waits for whoever exchanges a token of the same grant, or ends it. */
export async function lockGrantOf(tx: Tx, tokenHash: Buffer): Promise<void> {
  await tx.query("select from oauth_grants where id = (select grant_id from oauth_tokens where hash = $1) for update", [
    tokenHash,
  ]);
}
