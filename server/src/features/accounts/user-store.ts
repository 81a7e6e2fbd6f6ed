import type { Statement, SystemTx } from "../../platform/db/index.ts";
import { liveAccount, type Person } from "./session-store.ts";

/** Where a link was sent that changes the address of the user `u`, whose account is `a` or its twin. */
export const pendingEmail = `(select t.email from user_tokens t
    where t.user_id = u.id and t.purpose = 'verify_email' and t.email <> u.email and t.expires_at > now()
    order by t.created_at desc limit 1)`;

/** The person behind a pair of accounts. */
export interface OwnerRow {
  /** The live one. */
  account_id: string;
  sandbox_id: string;
  user_id: string;
  email: string;
  email_verified: boolean;
  pending_email: string | null;
  password_hash: string | null;
}

export const selectOwner = (accountId: string): Statement => ({
  name: "owner",
  text: `select u.account_id, u.id as user_id, u.email, u.email_verified_at is not null as email_verified,
                ${pendingEmail} as pending_email, u.password_hash,
                (select twin_id from accounts where id = u.account_id) as sandbox_id
           from users u where u.account_id = ${liveAccount} order by u.id limit 1`,
  values: [accountId],
});

export async function setPassword(tx: SystemTx, person: Person, passwordHash: string): Promise<void> {
  await tx.query(`update users set password_hash = $3 where account_id = ${liveAccount} and id = $2`, [
    person.accountId,
    person.userId,
    passwordHash,
  ]);
}

/** Ends what carries a mark made from the number before: sign-ins of browsers (`features/oauth/sign-in-mark.ts`). */
export async function countSignOut(
  tx: SystemTx,
  { accountId, userId }: { accountId: string; userId: string | null },
): Promise<void> {
  await tx.query(
    `update users set sign_outs = sign_outs + 1 where account_id = ${liveAccount} and ($2::uuid is null or id = $2)`,
    [accountId, userId],
  );
}

export interface Proof extends Person {
  /** Where the link was sent that was opened at that moment. */
  email: string;
  at: Date;
}

export interface ProvenOwner {
  /** The live one. */
  account_id: string;
  sandbox_id: string;
  /** Somebody had proven the address before. */
  was_proven: boolean;
}

/** Null when the user is gone, or has another address than the one the link went to. Else that is verified. */
export async function setForgottenPassword(
  tx: SystemTx,
  proof: Proof & { passwordHash: string },
): Promise<ProvenOwner | null> {
  const [owner] = await tx.query<ProvenOwner>(
    `update users u set password_hash = $4, email_verified_at = coalesce(u.email_verified_at, $5)
       from (select o.account_id, o.id, a.twin_id as sandbox_id, o.email_verified_at is not null as was_proven
               from users o join accounts a on a.id = o.account_id
              where o.account_id = ${liveAccount} and o.id = $2 and o.email = $3 for update of o) old
      where u.account_id = old.account_id and u.id = old.id
      returning old.account_id, old.sandbox_id, old.was_proven`,
    [proof.accountId, proof.userId, proof.email, proof.passwordHash, proof.at],
  );
  return owner ?? null;
}

/**
 * Makes the proven address the user's; what it was before, or null when the user is gone. Fails on the unique index
 * users_email (23505) when it is another account's.
 */
export async function setEmail(tx: SystemTx, proof: Proof): Promise<{ account_id: string; email: string } | null> {
  const [before] = await tx.query<{ account_id: string; email: string }>(
    `update users u set email = $3, email_verified_at = $4
       from (select account_id, id, email from users where account_id = ${liveAccount} and id = $2 for update) old
      where u.account_id = old.account_id and u.id = old.id returning old.account_id, old.email`,
    [proof.accountId, proof.userId, proof.email, proof.at],
  );
  return before ?? null;
}

/** The account and its twin: a pair has one name. */
export async function renameAccounts(tx: SystemTx, accountId: string, name: string): Promise<void> {
  await tx.query("update accounts set name = $2 where id = $1 or twin_id = $1", [accountId, name]);
}

/** From now on nobody signs in, and the address is free. Sessions must have been ended before. */
export async function deleteUserRow(tx: SystemTx, person: Person): Promise<void> {
  await tx.query("delete from user_tokens where user_id = $1", [person.userId]);
  await tx.query(`delete from users where account_id = ${liveAccount} and id = $2`, [person.accountId, person.userId]);
}
