import type { Database, TenantTx } from "../../platform/db/index.ts";
import type { PlanLookup } from "../plans/index.ts";
import { admitByLedger, leaseAgain, readLedger, type AdmissionRequest, type LedgerState } from "./ledger.ts";
import type { QuotaMetrics } from "./metrics.ts";
import { fullRegenerationForbidden, refusalOf } from "./refusal.ts";
import { moveLease, settleEntry } from "./store.ts";
import type { Usage } from "./usage.ts";

export interface Admission {
  /**
   * Takes one generation from the account's windows, all of them or none, in the transaction that writes the generation.
   * Throws the `ProblemError` of the window that refuses for longest. (GEN-10, GEN-14)
   */
  enforceOrThrow(tx: TenantTx, request: AdmissionRequest): Promise<void>;
}

export interface Quota {
  /** Asked before the transaction is opened: looking a plan up may need a connection of its own. */
  admission(accountId: string): Promise<Admission>;
  /** Ends what was admitted, once, in the transaction that ends the generation; what has ended already stays as it is. (GEN-13) */
  settle(tx: TenantTx, generationId: string, outcome: "charged" | "refunded"): Promise<void>;
  /** Moves the end of the lease of what is at work, or waits. False: it has lapsed, and others may have its place. (GEN-11) */
  lease(tx: TenantTx, generationId: string, ms: number): Promise<boolean>;
  /** Takes a lapsed lease again. False: there is no room at the moment. */
  leaseAgain(accountId: string, generationId: string, ms: number): Promise<boolean>;
  /** Where an account stands; looking takes nothing. */
  usage(accountId: string): Promise<Usage>;
}

export interface QuotaOptions {
  db: Pick<Database, "readTenant" | "withTenant">;
  plans: Pick<PlanLookup, "getEffectiveLimits">;
  metrics?: QuotaMetrics;
  /** For tests; production asks Redis and PostgreSQL for the time. */
  now?: () => number;
}

export function createQuota({ db, plans, metrics, now }: QuotaOptions): Quota {
  const limitsOf = async (accountId: string) => plans.getEffectiveLimits(accountId);
  const follow = (_tx: TenantTx, _state: LedgerState) => undefined;
  return {
    admission: async (accountId) => {
      const limits = await limitsOf(accountId);
      return {
        enforceOrThrow: async (tx, request) => {
          if (request.regeneration === "full" && limits.regeneration.full === "none") throw refused(fullRegenerationForbidden(limits), metrics);
          const decision = await admitByLedger(tx, request, limits, now);
          if (decision.violations) throw refused(refusalOf(decision.violations, decision.usage, limits), metrics);
          follow(tx, decision.state);
          metrics?.admitted("ledger");
        },
      };
    },
    settle: async (tx, generationId, outcome) => {
      await settleEntry(tx, generationId, outcome);
    },
    lease: async (tx, generationId, ms) => (await moveLease(tx, generationId, ms, now ? new Date(now()) : null)) !== "lapsed",
    leaseAgain: async (accountId, generationId, ms) => {
      const limits = await limitsOf(accountId);
      return db.withTenant(accountId, async (tx) => {
        const state = await leaseAgain(tx, generationId, ms, limits, now);
        if (state) follow(tx, state);
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
