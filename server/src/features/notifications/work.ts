import type { Clock } from "../../platform/clock/index.ts";
import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { type Mailer, MailRefused } from "../../platform/mail/index.ts";
import type { WorkKind, WorkRunContext } from "../../platform/work/index.ts";
import { openMail } from "./mail.ts";
import { claimMail, finishMail, type MailClaim, postponeMail, selectMailsDue } from "./store.ts";
import { mailKind } from "./work-names.ts";

export interface MailWorkDeps {
  db: Database;
  keyRing: KeyRing;
  clock: Clock;
  mailer: Mailer;
  /** Address of the owner of an account or of its live twin; null when there is none any more. */
  ownerAddress(accountId: string): Promise<string | null>;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after the first, second … failed attempt; later ones wait as long as the last. */
const retryDelaysMs: readonly number[] = [15 * second, minute, 5 * minute, 20 * minute, hour, 3 * hour, 6 * hour];
/** Up to this share longer, so that mails which failed together do not come back together. */
const jitter = 0.2;
/** Nobody waits longer for a mail, and its link has expired. */
const LIFE_MAX_MS = 24 * hour;
/** For what is done in the database before and after a mail is sent. */
const marginMs = 30 * second;

/** How mails are sent: a mail that the server takes is sent once, unless the worker dies at that very moment. */
export function mailWork(deps: MailWorkDeps): WorkKind<MailClaim> {
  // While a slow server is still being sent to, no other worker may take the mail.
  const leaseMs = deps.mailer.sendMsMax + marginMs;
  return {
    name: mailKind,
    queue: mailKind,
    concurrency: 4,
    leaseMs,
    due: async (limit, among) => {
      const ids = among?.map(({ id }) => id) ?? null;
      const rows = await deps.db.asSystem("sweep mails to send", (tx) => selectMailsDue(tx, limit, ids));
      return rows.map(({ id, account_id }) => ({ id, accountId: account_id }));
    },
    claim: ({ id, accountId }) => deps.db.withTenant(accountId, (tx) => claimMail(tx, id, leaseMs)),
    run: (claim, context) => sendMail(deps, claim, context),
  };
}

async function sendMail(deps: MailWorkDeps, claim: MailClaim, { log, delayUntil }: WorkRunContext): Promise<void> {
  const { db, keyRing, clock, mailer } = deps;
  const finish = (state: "sent" | "failed", error: string | null) =>
    db.withTenant(claim.account_id, (tx) => finishMail(tx, claim, { state, error, at: clock.now() }));
  if (clock.now().getTime() - claim.created_at.getTime() > LIFE_MAX_MS)
    return finish("failed", "not sent within a day");

  const { to, subject, text } = openMail(keyRing, claim.account_id, claim.id, claim.content);
  const address = to ?? (await deps.ownerAddress(claim.account_id));
  if (address === null) return finish("failed", "the account has no owner any more");
  try {
    await mailer.send({ id: claim.id, to: address, subject, text });
  } catch (error) {
    const message = error instanceof Error ? error.message : "unknown";
    log.warn({ mail_id: claim.id, attempt: claim.attempts, reason: message }, "email delivery failed");
    if (error instanceof MailRefused) return finish("failed", message);
    const delayMs = (retryDelaysMs[claim.attempts - 1] ?? 6 * hour) * (1 + jitter * Math.random());
    await db.withTenant(claim.account_id, (tx) => postponeMail(tx, claim, { delayMs, error: message }));
    delayUntil(new Date(clock.now().getTime() + delayMs));
  }
  await finish("sent", null);
}
