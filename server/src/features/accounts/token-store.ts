import type { Statement, SystemTx, Tx } from "../../platform/db/index.ts";
import { createLeases } from "../../platform/work/index.ts";

/** Stands where a pointer names its account: a request has none. */
export const resetNobody = "00000000-0000-0000-0000-000000000000";

export type TokenPurpose = "verify_email" | "reset_password";

export interface TokenRow {
  account_id: string;
  id: string;
  user_id: string;
  purpose: TokenPurpose;
  token_hash: Buffer;
  email: string;
  created_at: Date;
  expires_at: Date;
}

export async function insertToken(tx: Tx, token: TokenRow): Promise<void> {
  await tx.knex("user_tokens").insert(token);
}

export const selectToken = (purpose: TokenPurpose, tokenHash: Buffer, at: Date): Statement => ({
  name: "user_token",
  text: "select user_id from user_tokens where token_hash = $1 and purpose = $2 and expires_at > $3",
  values: [tokenHash, purpose, at],
});

/** Takes a token away from everybody else who has it; null when it is unknown, used or expired. */
export async function takeToken(
  tx: SystemTx,
  purpose: TokenPurpose,
  tokenHash: Buffer,
  at: Date,
): Promise<TokenRow | null> {
  const [row] = await tx.query<TokenRow>(
    `delete from user_tokens where token_hash = $1 and purpose = $2 and expires_at > $3
     returning account_id, id, user_id, purpose, token_hash, email, created_at, expires_at`,
    [tokenHash, purpose, at],
  );
  return row ?? null;
}

export async function deleteTokens(tx: SystemTx, userId: string, purpose: TokenPurpose): Promise<void> {
  await tx.query("delete from user_tokens where user_id = $1 and purpose = $2", [userId, purpose]);
}

/** Links that would make another address the user's; those that prove the present one stay. */
export async function deletePendingEmails(tx: SystemTx, userId: string): Promise<void> {
  await tx.query(
    `delete from user_tokens t using users u
      where u.id = $1 and t.user_id = u.id and t.purpose = 'verify_email' and t.email <> u.email`,
    [userId],
  );
}

export async function deleteExpiredTokens(tx: SystemTx, at: Date): Promise<void> {
  await tx.query("delete from user_tokens where expires_at <= $1", [at]);
}

export interface ResetRequestRow {
  id: string;
  content: string;
  created_at: Date;
}

export async function insertResetRequest(tx: SystemTx, request: ResetRequestRow): Promise<void> {
  await tx.knex("password_reset_requests").insert(request);
}

/** A request is answered by one worker at a time, and goes with its answer. */
export const resetRequestLeases = createLeases<ResetRequestRow>({
  table: "password_reset_requests",
  isTenantTable: false,
  columns: ["content", "created_at"],
  pointerTo: (id) => ({ id, accountId: resetNobody }),
});
