import type { Clock } from "../../platform/clock/index.ts";
import type { KeyRing } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { type Mailer, MailRefused } from "../../platform/mail/index.ts";
import { createBackoff, defineLeasedWork, type WorkKind } from "../../platform/work/index.ts";
import { mailKind, openMail } from "./mail.ts";
import { type MailClaim, mailLeases } from "./store.ts";

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

const backoff = createBackoff({
  delaysMs: [15 * second, minute, 5 * minute, 20 * minute, hour, 3 * hour, 6 * hour],
  jitter: 0.2,
});
/** Nobody waits longer for a mail, and its link has expired. */
const LIFE_MAX_MS = 24 * hour;
/** For what is done in the database before and after a mail is sent. */
const marginMs = 30 * second;

/** How mails are sent: a mail that the server takes is sent once, unless the worker dies at that very moment. */
export function mailWork(deps: MailWorkDeps): WorkKind<MailClaim> {
  // While a slow server is still being sent to, no other worker may take the mail.
  const leaseMs = deps.mailer.sendMsMax + marginMs;
  return defineLeasedWork({
    name: mailKind,
    db: deps.db,
    leases: mailLeases,
    concurrency: 4,
    leaseMs,
    retry: { backoff },
    run: (claim) => sendMail(deps, claim),
  });
}

async function sendMail(deps: MailWorkDeps, claim: MailClaim): Promise<void> {
  const { db, keyRing, clock, mailer } = deps;
  const finish = async (state: "sent" | "failed", error: string | null): Promise<void> => {
    const end = { state, last_error: error, finished_at: clock.now() };
    await db.withTenant(claim.account_id, (tx) => mailLeases.finish(tx, claim, end));
  };
  if (clock.now().getTime() - claim.created_at.getTime() > LIFE_MAX_MS)
    return finish("failed", "not sent within a day");

  const { to, subject, text } = openMail(keyRing, claim.account_id, claim.id, claim.content);
  const address = to ?? (await deps.ownerAddress(claim.account_id));
  if (address === null) return finish("failed", "the account has no owner any more");
  try {
    await mailer.send({ id: claim.id, to: address, subject, text });
  } catch (error) {
    if (error instanceof MailRefused) return finish("failed", error.message);
    throw error;
  }
  await finish("sent", null);
}
