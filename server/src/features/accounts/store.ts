import type { Statement, SystemTx } from "../../platform/db/index.ts";
import { pendingEmail } from "./user-store.ts";

/** Notified with the id of a credential's cache entry when it stops being valid: a key's public id, a token's hash. */
export const credentialsChannel = "credentials";

export interface AccountRow {
  id: string;
  mode: "live" | "test";
  twin_id: string;
  name: string;
  plan: string;
  created_at: Date;
}

/** An account with the address of its owner, who belongs to the live one of the pair. */
export interface ProfileRow extends AccountRow {
  email: string;
  email_verified: boolean;
  /** Where a link was sent that changes the address. */
  pending_email: string | null;
}

export interface UserRow {
  account_id: string;
  id: string;
  /** Null: signs in with a provider only. */
  password_hash: string | null;
}

export interface SessionRow {
  account_id: string;
  id: string;
  user_id: string;
  token_hash: Buffer;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date;
  ip: string | null;
  user_agent: string | null;
}

/** False, with nothing stored, when the address is taken. */
export async function insertUser(tx: SystemTx, user: UserRow & { email: string; created_at: Date }): Promise<boolean> {
  const rows = await tx.query(
    `insert into users (account_id, id, email, password_hash, created_at) values ($1, $2, $3, $4, $5)
     on conflict (lower(email)) do nothing returning id`,
    [user.account_id, user.id, user.email, user.password_hash, user.created_at],
  );
  return rows.length === 1;
}

export async function insertAccounts(tx: SystemTx, accounts: AccountRow[]): Promise<void> {
  await tx.knex("accounts").insert(accounts);
}

export async function insertSession(tx: SystemTx, session: SessionRow): Promise<void> {
  await tx.knex("sessions").insert(session);
}

export const selectUserByEmail = (email: string): Statement => ({
  name: "user_by_email",
  text: "select account_id, id, password_hash from users where lower(email) = $1",
  values: [email],
});

export const selectProfile = (accountId: string): Statement => ({
  name: "profile",
  text: `select a.id, a.mode, a.twin_id, a.name, a.plan, a.created_at, u.email,
                u.email_verified_at is not null as email_verified, ${pendingEmail} as pending_email
           from accounts a
           join users u on u.account_id = case a.mode when 'live' then a.id else a.twin_id end
          where a.id = $1 order by u.id limit 1`,
  values: [accountId],
});

export interface LiveSessionRow {
  id: string;
  user_id: string;
  expires_at: Date;
  live_id: string;
  is_admin: boolean;
  sandbox_id: string;
}

export const selectSession = (tokenHash: Buffer): Statement => ({
  name: "session_by_token",
  text: `select s.id, s.user_id, s.expires_at, live.id as live_id, live.is_admin, sandbox.id as sandbox_id
           from sessions s
           join accounts live on live.id = s.account_id
           join accounts sandbox on sandbox.id = live.twin_id
          where s.token_hash = $1 and s.revoked_at is null`,
  values: [tokenHash],
});
