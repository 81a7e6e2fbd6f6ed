import { randomUUID } from "node:crypto";
import type { Logger } from "../../../platform/log/index.ts";
import type { WorkKind } from "../../../platform/work/index.ts";
import type { SyncDeps } from "./deps.ts";
import { claimSync, failSync, renewSync, selectDue, type SyncClaim } from "./store.ts";
import { syncCustomer, UnknownCustomer } from "./sync-customer.ts";
import { billingSyncKind, pointerTo } from "./work-names.ts";

const CONCURRENCY = 5;
/** What a day's comparison may ask of the provider, which allows a hundred requests a second; one look is three to five. */
const RATE = { max: 15, perSeconds: 1 };
/** Never given up: somebody has paid. */
const PAUSE_FIRST_MS = 1_000;
const PAUSE_MAX_MS = 15 * 60_000;
const ERROR_LENGTH_MAX = 500;

/** Looks at customers of the payment provider. One is looked at by one worker at a time. */
export function billingSyncWork({ leaseMs, ...deps }: SyncDeps & { leaseMs: number }): WorkKind<SyncClaim> {
  const { db, clock } = deps;
  const providers = deps.sources.map(({ provider }) => provider);
  return {
    name: billingSyncKind,
    queue: billingSyncKind,
    concurrency: CONCURRENCY,
    rate: RATE,
    leaseMs,
    due: async (limit, among) => {
      const rows = await db.asSystem("sweep customers to look at", (tx) =>
        selectDue(tx, { providers, now: clock.now(), limit, among: among?.map(({ id }) => id) ?? null }),
      );
      return rows.map(pointerTo);
    },
    claim: ({ id }) =>
      db.asSystem("claim a customer to look at", (tx) =>
        claimSync(tx, { id, leaseToken: randomUUID(), now: clock.now(), leaseMs }),
      ),
    renew: (claim) => db.asSystem("renew the lease of a customer", (tx) => renewSync(tx, claim, leaseMs)),
    async run(claim, { signal, log }) {
      try {
        await syncCustomer(deps, claim, log);
      } catch (error) {
        // Stopped, not failed: whoever claims it next does it.
        if (signal.aborted) throw error;
        await recordFailure(deps, claim, { error, log });
      }
    },
  };
}

async function recordFailure(
  { db, clock, metrics }: SyncDeps,
  claim: SyncClaim,
  { error, log }: { error: unknown; log: Logger },
): Promise<void> {
  const isUnknown = error instanceof UnknownCustomer;
  const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 4 ** Math.min(claim.attempts - 1, 10));
  const nextAttemptAt = new Date(clock.now().getTime() + pauseMs);
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
