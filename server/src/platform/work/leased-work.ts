import type { Database, Tx } from "../db/index.ts";
import type { Backoff } from "./backoff.ts";
import type { Lease, Leases } from "./leases.ts";
import { WorkDelayed, type WorkKind, type WorkPointer, type WorkRunContext } from "./work.ts";

interface LeasedWork<Row extends object> extends Pick<
  WorkKind<Row & Lease>,
  "name" | "concurrency" | "rate" | "leaseMs" | "run"
> {
  db: Database;
  leases: Leases<Row>;
  /** Instead of the rows' own order and pointers. */
  due?: WorkKind<Row & Lease>["due"];
  /** A run that fails is repeated after a wait. Without it a failure is a bug, and the row waits for its lease to end. */
  retry?: { backoff: Backoff };
}

/** Work on the rows of one table, with their leases: a slice says what is done with one row. */
export function defineLeasedWork<Row extends object>(work: LeasedWork<Row>): WorkKind<Row & Lease> {
  const { name, db, leases, concurrency, rate, leaseMs, retry, run } = work;
  const inTx = <T>(accountId: string, what: string, fn: (tx: Tx) => Promise<T>): Promise<T> =>
    leases.isTenantTable ? db.withTenant(accountId, fn) : db.asSystem(`${name}: ${what}`, fn);
  const accountOf = (claim: Row & Lease): string => ("account_id" in claim ? (claim.account_id as string) : "none");

  async function runAndRetry(claim: Row & Lease, context: WorkRunContext, backoff: Backoff): Promise<void> {
    try {
      await run(claim, context);
    } catch (error) {
      // Stopped, not failed: whoever claims it next does it.
      if (error instanceof WorkDelayed || context.signal.aborted) throw error;
      const delayMs = backoff(claim.attempts);
      const reason = error instanceof Error ? error.message : String(error);
      const kept = await inTx(accountOf(claim), "try again later", (tx) =>
        leases.postpone(tx, claim, { delayMs, error: reason }),
      );
      if (!kept) throw error;
      context.log.warn({ reason, attempt: claim.attempts, delayMs }, "work failed; it will be retried");
      context.delayUntil(new Date(Date.now() + delayMs));
    }
  }

  return {
    name,
    queue: name,
    concurrency,
    rate,
    leaseMs,
    due:
      work.due ??
      ((limit: number, among?: readonly WorkPointer[]) =>
        db.asSystem(`${name}: what is due`, (tx) => leases.due(tx, limit, among))),
    claim: ({ id, accountId }) => inTx(accountId, "claim", (tx) => leases.claim(tx, id, leaseMs)),
    renew: (claim) => inTx(accountOf(claim), "renew the lease", (tx) => leases.renew(tx, claim, leaseMs)),
    run: retry ? (claim, context) => runAndRetry(claim, context, retry.backoff) : run,
  };
}
