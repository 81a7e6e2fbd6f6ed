import type { Statement, SystemTx } from "../../platform/db/index.ts";
import type { AccountRow } from "./store.ts";

/** A live account with its owner's address and counts of its credentials. */
export interface AdministeredAccountRow extends AccountRow {
  email: string;
  is_admin: boolean;
  api_keys: number;
  sessions: number;
}

/** SQL of how many API keys a pair of accounts has, of two columns with the ids; given by who owns keys. */
export type CountKeys = (live: string, sandbox: string) => string;

const selectAccounts = (countKeys: CountKeys) => `
  select a.id, a.twin_id, a.mode, a.name, a.plan, a.created_at, a.is_admin, u.email,
         ${countKeys("a.id", "a.twin_id")} as api_keys,
         (select count(*) from sessions s where s.account_id = a.id and s.revoked_at is null and s.expires_at > now()) as sessions
    from accounts a join users u on u.account_id = a.id
   where a.mode = 'live'`;

export const selectAccountsPage = (
  page: { afterId: string | null; limit: number; search: string | null; id: string | null },
  countKeys: CountKeys,
): Statement => ({
  name: "accounts_page",
  text: `${selectAccounts(countKeys)} and ($1::uuid is null or a.id < $1)
           and ($2::text is null or $3::uuid in (a.id, a.twin_id) or position($2 in lower(u.email)) > 0 or position($2 in lower(a.name)) > 0)
         order by a.id desc limit $4`,
  values: [page.afterId, page.search?.toLowerCase() ?? null, page.id, page.limit + 1],
});

export const selectAccount = (id: string, countKeys: CountKeys): Statement => ({
  name: "account_by_either_id",
  text: `${selectAccounts(countKeys)} and $1 in (a.id, a.twin_id)`,
  values: [id],
});

/** The live account of this address and whether it was otherwise before; null when there is none. */
export async function updateIsAdmin(
  tx: SystemTx,
  email: string,
  isAdmin: boolean,
): Promise<{ id: string; changed: boolean } | null> {
  const [account] = await tx.query<{ id: string; is_admin: boolean }>(
    `select a.id, a.is_admin from accounts a join users u on u.account_id = a.id where lower(u.email) = $1 for update of a`,
    [email],
  );
  if (!account) return null;
  await tx.query("update accounts set is_admin = $2 where id = $1", [account.id, isAdmin]);
  return { id: account.id, changed: account.is_admin !== isAdmin };
}

/** Ends all open sessions of a live account; the hashes of their tokens. */
export async function endSessions(tx: SystemTx, accountId: string, at: Date): Promise<Buffer[]> {
  const rows = await tx.query<{ token_hash: Buffer }>(
    "update sessions set revoked_at = $2 where account_id = $1 and revoked_at is null and expires_at > $2 returning token_hash",
    [accountId, at],
  );
  return rows.map(({ token_hash: tokenHash }) => tokenHash);
}
