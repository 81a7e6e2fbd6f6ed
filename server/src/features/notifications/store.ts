import type { Statement, SystemTx, Tx } from "../../platform/db/index.ts";
import { createLeases, type Lease } from "../../platform/work/index.ts";

export interface NewMail {
  account_id: string;
  id: string;
  content: string;
  created_at: Date;
}

export async function insertMail(tx: Tx, mail: NewMail): Promise<void> {
  await tx.knex("mails").insert(mail);
}

/** One mail is sent by one worker at a time. */
export const mailLeases = createLeases<NewMail>({
  table: "mails",
  isTenantTable: true,
  open: "state = 'waiting'",
  columns: ["content", "created_at"],
});

export type MailClaim = NewMail & Lease;

export async function countWaitingMails(tx: SystemTx, accountIds: string[]): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    "select count(*) as count from mails where account_id = any($1) and state = 'waiting'",
    [accountIds],
  );
  return row?.count ?? 0;
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
