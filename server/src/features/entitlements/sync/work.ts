import type { Logger } from "../../../platform/log/index.ts";
import { MINUTE_MS } from "../../../platform/time/index.ts";
import { createBackoff, defineLeasedWork, type WorkKind } from "../../../platform/work/index.ts";
import type { SyncDeps } from "./deps.ts";
import { billingSyncKind, pointerTo, failSync, selectDue, type SyncClaim, syncLeases } from "./store.ts";
import { syncCustomer, UnknownCustomer } from "./sync-customer.ts";

const CONCURRENCY = 5;
/** What a day's comparison may ask of the provider, which allows a hundred requests a second; one look is three to five. */
const RATE = { max: 15, perSeconds: 1 };
/** Never given up: somebody has paid. */
const backoff = createBackoff({ firstMs: 1_000, factor: 4, maxMs: 15 * MINUTE_MS, jitter: 0.2 });
const ERROR_LENGTH_MAX = 500;

/** Looks at customers of the payment provider. One is looked at by one worker at a time. */
export function billingSyncWork({ leaseMs, ...deps }: SyncDeps & { leaseMs: number }): WorkKind<SyncClaim> {
  const { db, clock } = deps;
  const providers = deps.sources.map(({ provider }) => provider);
  return defineLeasedWork({
    name: billingSyncKind,
    db,
    leases: syncLeases(clock),
    concurrency: CONCURRENCY,
    rate: RATE,
    leaseMs,
    due: async (limit, among) => {
      const rows = await db.asSystem("sweep customers to look at", (tx) =>
        selectDue(tx, { providers, now: clock.now(), limit, among: among?.map(({ id }) => id) ?? null }),
      );
      return rows.map(pointerTo);
    },
    async run(claim, { signal, log }) {
      try {
        await syncCustomer(deps, claim, log);
      } catch (error) {
        // Stopped, not failed: whoever claims it next does it.
        if (signal.aborted) throw error;
        await recordFailure(deps, claim, { error, log });
      }
    },
  });
}

async function recordFailure(
  { db, clock, metrics }: SyncDeps,
  claim: SyncClaim,
  { error, log }: { error: unknown; log: Logger },
): Promise<void> {
  const isUnknown = error instanceof UnknownCustomer;
  const nextAttemptAt = new Date(clock.now().getTime() + backoff(claim.attempts));
  await db.asSystem("a customer could not be looked at", (tx) =>
    failSync(tx, claim, { error: describe(error).slice(0, ERROR_LENGTH_MAX), isUnknown, nextAttemptAt }),
  );
  metrics.result(isUnknown ? "unknown_customer" : "failed");
  log.warn(
    {
      err: error,
      provider: claim.provider,
      mode: claim.mode,
      subject: claim.subject,
      attempts: claim.attempts,
      nextAttemptAt,
    },
    isUnknown ? "payment-provider customer belongs to no account" : "customer sync failed",
  );
}

/** Of errors that are not ours only the kind: their text may quote what was sent. */
function describe(error: unknown): string {
  if (error instanceof UnknownCustomer) return error.message;
  const { name, code, type } = error as { name?: unknown; code?: unknown; type?: unknown };
  return [name, type, code].filter((part) => typeof part === "string").join(" ") || "error";
}
