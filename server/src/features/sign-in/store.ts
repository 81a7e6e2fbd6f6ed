import type { Statement, SystemTx } from "../../platform/db/index.ts";

export interface SignInRow {
  id: string;
  provider: string;
  mode: "live" | "test";
  code_verifier: string;
  callback_url: string;
  redirect_uri: string;
  provider_code: string | null;
}

type NewSignIn = Omit<SignInRow, "provider_code"> & {
  secret_hash: Buffer;
  state_hash: Buffer;
  created_at: Date;
  expires_at: Date;
};

export async function insertSignIn(tx: SystemTx, row: NewSignIn): Promise<void> {
  await tx.knex("sign_ins").insert(row);
}

export const selectByState = (provider: string, stateHash: Buffer, now: Date): Statement => ({
  name: "sign_in_by_state",
  text: `select id, redirect_uri from sign_ins
          where provider = $1 and state_hash = $2 and returned_at is null and expires_at > $3`,
  values: [provider, stateHash, now],
});

/** Takes the browser's return, once; false when it came before. Null for both: the person refused. */
export async function takeReturn(
  tx: SystemTx,
  id: string,
  { providerCode, codeHash, now }: { providerCode: string | null; codeHash: Buffer | null; now: Date },
): Promise<boolean> {
  const rows = await tx.query(
    "update sign_ins set returned_at = $4, provider_code = $2, code_hash = $3 where id = $1 and returned_at is null returning id",
    [id, providerCode, codeHash, now],
  );
  return rows.length === 1;
}

/** Both halves fit, and for the first time; null in every other case. */
export async function redeemSignIn(
  tx: SystemTx,
  {
    id,
    provider,
    secretHash,
    codeHash,
    now,
  }: { id: string; provider: string; secretHash: Buffer; codeHash: Buffer; now: Date },
): Promise<SignInRow | null> {
  const [row] = await tx.query<SignInRow>(
    `update sign_ins set used_at = $5
      where id = $1 and provider = $2 and secret_hash = $3 and code_hash = $4 and used_at is null and expires_at > $5
      returning id, provider, mode, code_verifier, callback_url, redirect_uri, provider_code`,
    [id, provider, secretHash, codeHash, now],
  );
  return row ?? null;
}

export async function deleteExpiredSignIns(tx: SystemTx, now: Date): Promise<void> {
  await tx.query("delete from sign_ins where expires_at < $1", [now]);
}

/** Who somebody is at a provider. */
export interface Subject {
  provider: string;
  mode: "live" | "test";
  subject: string;
}

/** Keeps others from making or linking the same identity until the transaction ends. */
export async function lockSubject(tx: SystemTx, { provider, mode, subject }: Subject): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`identity ${provider} ${mode} ${subject}`]);
}

export async function findIdentity(
  tx: SystemTx,
  { provider, mode, subject }: Subject,
): Promise<{ account_id: string; user_id: string } | null> {
  const [row] = await tx.query<{ account_id: string; user_id: string }>(
    "select account_id, user_id from identities where provider = $1 and mode = $2 and subject = $3",
    [provider, mode, subject],
  );
  return row ?? null;
}

export interface LinkRow {
  name: string | null;
  linked_at: Date;
}

type NewIdentity = Subject & { accountId: string; userId: string; id: string; name: string | null; now: Date };

/** Null: the person, or this user, is linked already. */
export async function insertIdentity(tx: SystemTx, identity: NewIdentity): Promise<LinkRow | null> {
  const [row] = await tx.query<LinkRow>(
    `insert into identities (account_id, id, user_id, provider, mode, subject, name, linked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning name, linked_at`,
    [
      identity.accountId,
      identity.id,
      identity.userId,
      identity.provider,
      identity.mode,
      identity.subject,
      identity.name,
      identity.now,
    ],
  );
  return row ?? null;
}

export const selectLink = (userId: string, provider: string): Statement => ({
  name: "identity_of_user",
  text: "select name, linked_at from identities where user_id = $1 and provider = $2",
  values: [userId, provider],
});

/** From now on no provider signs anybody in to these accounts. */
export async function unlinkAll(tx: SystemTx, accountIds: readonly string[]): Promise<void> {
  await tx.query("delete from identities where account_id = any($1)", [accountIds]);
}

export async function deleteIdentity(tx: SystemTx, userId: string, provider: string): Promise<boolean> {
  const rows = await tx.query("delete from identities where user_id = $1 and provider = $2 returning id", [
    userId,
    provider,
  ]);
  return rows.length === 1;
}
