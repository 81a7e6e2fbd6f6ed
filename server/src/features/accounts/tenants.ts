import { only, type Statement, type SystemTx, type TenantTx, type Tx } from "../../platform/db/index.ts";

// What other slices may know and do of accounts, by functions that run in their transaction, or as SQL for a statement of
// their own where a second one would cost them a round trip. `id` is SQL: a parameter, or a column with its table's name.

export const modeOf = (id: string): string => `(select accounts.mode from accounts where accounts.id = ${id})`;
export const isAccount = (id: string): string => `exists (select from accounts where accounts.id = ${id})`;
/** The plan written with an account's entitlements, without boosts, and when its last boost ends. */
export const planOf = (id: string): string => `(select accounts.plan from accounts where accounts.id = ${id})`;
export const boostEndOf = (id: string): string =>
  `(select accounts.boost_expires_at from accounts where accounts.id = ${id})`;

/** Those of the ids that are accounts. */
export async function existingAccounts(tx: SystemTx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>("select id from accounts where id = any($1::uuid[])", [ids]);
  return new Set(rows.map(({ id }) => id));
}

export interface PairedAccount {
  id: string;
  mode: "live" | "test";
  name: string;
  plan: string;
  created_at: Date;
}

export const selectAccountById = (id: string): Statement => ({
  name: "account_id",
  text: "select id from accounts where id = $1",
  values: [id],
});

/** Both accounts of the pair that one is of. */
export const selectPair = (accountId: string): Statement => ({
  name: "account_pair",
  text: "select id, mode, name, plan, created_at from accounts where id = $1 or twin_id = $1 order by mode",
  values: [accountId],
});

/** The live account of either id of a pair. */
export const selectLiveAccount = (accountId: string): Statement => ({
  name: "live_account_of_pair",
  text: "select id from accounts where mode = 'live' and $1 in (id, twin_id)",
  values: [accountId],
});

/** With every row that still hangs on them. */
export async function deleteAccounts(tx: SystemTx, ids: readonly string[]): Promise<void> {
  await tx.query("delete from accounts where id = any($1)", [ids]);
}

/** Held until the transaction ends, and so is what `writePlan` writes. Null: there is no such account. */
export async function lockAccount(
  tx: TenantTx,
): Promise<{ id: string; twin_id: string; mode: "live" | "test" } | null> {
  const [row] = await tx.query<{ id: string; twin_id: string; mode: "live" | "test" }>(
    "select id, twin_id, mode from accounts where id = $1 for no key update",
    [tx.accountId],
  );
  return row ?? null;
}

/** The number of this change of what the account holds. */
export async function countEntitlementChange(tx: TenantTx): Promise<number> {
  const row = only(
    await tx.query<{ version: number }>(
      "update accounts set entitlements_version = entitlements_version + 1 where id = $1 returning entitlements_version as version",
      [tx.accountId],
    ),
    `the account ${tx.accountId}`,
  );
  return row.version;
}

/** What people read of its entitlements in the account itself. */
export async function writePlan(
  tx: TenantTx,
  { plan, boostExpiresAt }: { plan: string; boostExpiresAt: Date | null },
): Promise<void> {
  await tx.query("update accounts set plan = $2, boost_expires_at = $3 where id = $1", [
    tx.accountId,
    plan,
    boostExpiresAt,
  ]);
}

/** Somebody who can sign in, with the account and its sandbox twin. */
export interface SignedUp {
  id: string;
  email: string;
  name: string;
  live_id: string;
  sandbox_id: string;
  /** Null: signs in with a provider only. */
  password_hash: string | null;
  /** How often they were signed out everywhere. */
  sign_outs: number;
}

export async function findSignedUp(tx: Tx, userId: string): Promise<SignedUp | null> {
  const [row] = await tx.query<SignedUp>(
    `select u.id, u.email, u.password_hash, u.sign_outs, a.name, a.id as live_id, a.twin_id as sandbox_id
       from users u join accounts a on a.id = u.account_id where u.id = $1`,
    [userId],
  );
  return row ?? null;
}

/** Everybody who signs in to these accounts. */
export async function usersOf(tx: SystemTx, accountIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>("select id from users where account_id = any($1)", [accountIds]);
  return rows.map(({ id }) => id);
}

/** A user and their live account, whichever of the pair a session acts on; held until the transaction ends. */
export async function lockUser(
  tx: SystemTx,
  userId: string,
): Promise<{ account_id: string; has_password: boolean } | null> {
  const [row] = await tx.query<{ account_id: string; has_password: boolean }>(
    "select account_id, password_hash is not null as has_password from users where id = $1 for update",
    [userId],
  );
  return row ?? null;
}
