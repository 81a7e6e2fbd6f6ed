import type { Database, TenantTx } from "../../platform/db/index.ts";
import type { EffectiveLimits, PlanLookup } from "../plans/index.ts";
import type { Counters } from "./counters.ts";
import {
  admitByLedger,
  entryOf,
  leaseAgain,
  readLedger,
  type AdmissionRequest,
  type LedgerDecision,
  type LedgerState,
} from "./ledger.ts";
import type { QuotaMetrics } from "./metrics.ts";
import { fullRegenerationForbidden, refusalOf } from "./refusal.ts";
import { insertEntry, insertEntryOfEpoch, lockAccount, moveLease, settleEntry } from "./store.ts";
import type { Usage } from "./usage.ts";

export interface Admission {
  /**
   * Takes one generation from the account's windows, all of them or none, in the transaction that writes the generation.
   * Throws the `ProblemError` of the window that refuses for longest.
   */
  enforceOrThrow(tx: TenantTx, request: AdmissionRequest): Promise<void>;
}

export interface Quota {
  /** Asked before the transaction is opened: looking a plan up may need a connection of its own. */
  admission(accountId: string): Promise<Admission>;
  /** Ends what was admitted, once, in the transaction that ends the generation; what has ended already stays as it is. */
  settle(tx: TenantTx, generationId: string, outcome: "charged" | "refunded"): Promise<void>;
  /** Moves the end of the lease of what is at work, or waits. False: it has lapsed, and others may have its place. */
  lease(tx: TenantTx, generationId: string, ms: number): Promise<boolean>;
  /** Takes a lapsed lease again. False: there is no room at the moment. */
  leaseAgain(accountId: string, generationId: string, ms: number): Promise<boolean>;
  /** Where an account stands; looking takes nothing. */
  usage(accountId: string): Promise<Usage>;
}

export interface QuotaOptions {
  db: Pick<Database, "readTenant" | "withTenant">;
  plans: Pick<PlanLookup, "getEffectiveLimits">;
  /** Null: PostgreSQL decides everything. */
  counters: Counters | null;
  metrics?: QuotaMetrics;
  /** For tests; production asks Redis and PostgreSQL for the time. */
  now?: () => number;
}

export function createQuota({ db, plans, counters, metrics, now }: QuotaOptions): Quota {
  const limitsOf = async (accountId: string) => plans.getEffectiveLimits(accountId);
  const tellCounters = async (tx: TenantTx, state: LedgerState) => void (await counters?.restore(tx.accountId, state));

  /** What the counters say yes to; null when they do not. What they took in vain, the next count of the ledger finds. */
  async function reserve(
    tx: TenantTx,
    request: AdmissionRequest,
    limits: EffectiveLimits,
  ): Promise<{ epoch: number; at: Date } | "lost" | null> {
    const decision = await counters?.admit(tx.accountId, request, limits);
    if (!decision || decision === "lost") return decision ?? null;
    return decision.allowed ? { epoch: decision.epoch, at: new Date(decision.usage.at) } : null;
  }

  async function admit(
    tx: TenantTx,
    request: AdmissionRequest,
    limits: EffectiveLimits,
  ): Promise<"redis" | LedgerDecision> {
    const reserved = await reserve(tx, request, limits);
    if (
      reserved &&
      reserved !== "lost" &&
      (await insertEntryOfEpoch(tx, entryOf(request, reserved.at), reserved.epoch))
    )
      return "redis";
    const epoch = await lockAccount(tx);
    if (reserved) {
      // They were of no use, and whoever had the lock before has perhaps told them the present state.
      const again = await reserve(tx, request, limits);
      if (again && again !== "lost" && again.epoch === epoch) {
        await insertEntry(tx, entryOf(request, again.at));
        return "redis";
      }
    }
    const decision = await admitByLedger(tx, request, limits, now);
    if (decision.state) await tellCounters(tx, decision.state);
    return decision;
  }

  return {
    admission: async (accountId) => {
      const limits = await limitsOf(accountId);
      return {
        enforceOrThrow: async (tx, request) => {
          if (request.regeneration === "full" && limits.regeneration.full === "none")
            throw refused(fullRegenerationForbidden(limits), metrics);
          const decision = await admit(tx, request, limits);
          if (decision !== "redis" && decision.violations)
            throw refused(refusalOf(decision.violations, decision.usage, limits), metrics);
          metrics?.admitted(decision === "redis" ? "redis" : "ledger");
        },
      };
    },
    settle: async (tx, generationId, outcome) => {
      const entry = await settleEntry(tx, generationId, outcome);
      if (!entry || !counters) return;
      const ended = {
        generationId,
        admittedAt: entry.admitted_at,
        regeneration: entry.regeneration,
        refunded: outcome === "refunded",
      };
      tx.afterCommit(async () => void (await counters.settle(tx.accountId, ended)));
    },
    lease: async (tx, generationId, ms) =>
      (await moveLease(tx, generationId, ms, now ? new Date(now()) : null)) !== "lapsed",
    leaseAgain: async (accountId, generationId, ms) => {
      const limits = await limitsOf(accountId);
      return db.withTenant(accountId, async (tx) => {
        await lockAccount(tx);
        const state = await leaseAgain(tx, generationId, ms, limits, now);
        if (state) await tellCounters(tx, state);
        return state !== null;
      });
    },
    usage: (accountId) => readLedger(db, accountId, now),
  };
}

function refused<E extends { code: string }>(error: E, metrics: QuotaMetrics | undefined): E {
  metrics?.refused(error.code);
  return error;
}
