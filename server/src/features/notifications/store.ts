import type { Statement, SystemTx, TenantTx, Tx } from "../../platform/db/index.ts";

export interface NewMail {
  account_id: string;
  id: string;
  content: string;
  created_at: Date;
}

export async function insertMail(tx: Tx, mail: NewMail): Promise<void> {
  await tx.knex("mails").insert(mail);
}

export interface DueMail {
  id: string;
  account_id: string;
}

/** Mails to send now, the longest due first; with `among` only those of them. */
export function selectMailsDue(tx: SystemTx, limit: number, among: string[] | null): Promise<DueMail[]> {
  return tx.query<DueMail>(
    `select id, account_id from mails
      where state = 'waiting' and due_at <= now() and ($2::uuid[] is null or id = any($2)) order by due_at limit $1`,
    [limit, among],
  );
}

export async function countWaitingMails(tx: SystemTx, accountIds: string[]): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    "select count(*) as count from mails where account_id = any($1) and state = 'waiting'",
    [accountIds],
  );
  return row?.count ?? 0;
}

export interface MailClaim extends NewMail {
  attempts: number;
}

/** Takes the mail until `leaseMs` from now; null when it is not due or somebody else has it. */
export async function claimMail(tx: TenantTx, id: string, leaseMs: number): Promise<MailClaim | null> {
  const [claim] = await tx.query<MailClaim>(
    `update mails set attempts = attempts + 1, due_at = now() + make_interval(secs => $3 / 1000.0)
      where account_id = $1 and id = $2 and state = 'waiting' and due_at <= now()
      returning account_id, id, content, created_at, attempts`,
    [tx.accountId, id, leaseMs],
  );
  return claim ?? null;
}

export async function finishMail(
  tx: TenantTx,
  claim: MailClaim,
  end: { state: "sent" | "failed"; error: string | null; at: Date },
): Promise<void> {
  await tx.query(
    `update mails set state = $4, last_error = $5, finished_at = $6
      where account_id = $1 and id = $2 and state = 'waiting' and attempts = $3`,
    [tx.accountId, claim.id, claim.attempts, end.state, end.error, end.at],
  );
}

export async function postponeMail(
  tx: TenantTx,
  claim: MailClaim,
  again: { delayMs: number; error: string },
): Promise<void> {
  await tx.query(
    `update mails set due_at = now() + make_interval(secs => $4 / 1000.0), last_error = $5
      where account_id = $1 and id = $2 and state = 'waiting' and attempts = $3`,
    [tx.accountId, claim.id, claim.attempts, again.delayMs, again.error],
  );
}

export async function deleteMailsBefore(tx: SystemTx, moment: Date): Promise<void> {
  await tx.query("delete from mails where created_at < $1", [moment]);
}

export interface OutboxRow extends NewMail {
  state: "waiting" | "sent" | "failed";
}

export const selectNewestMails = (limit: number): Statement => ({
  name: "newest_mails",
  text: "select account_id, id, content, created_at, state from mails order by created_at desc limit $1",
  values: [limit],
});
