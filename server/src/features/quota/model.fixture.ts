import { plans, type EffectiveLimits } from "../plans/index.ts";
import { WAITING_LEASE_MS } from "./index.ts";
import type { AdmissionRequest } from "./ledger.ts";

interface ModelEntry {
  at: number;
  draftId: string | null;
  regeneration: AdmissionRequest["regeneration"];
  outcome: "reserved" | "charged" | "refunded";
  leaseUntil: number;
}

/** The limits as a person would explain them: a list of what was admitted, counted anew for every question. */
export class QuotaModel {
  readonly entries = new Map<string, ModelEntry>();
  now: number;
  limits: EffectiveLimits;

  constructor(now: number, limits: EffectiveLimits) {
    this.now = now;
    this.limits = limits;
  }

  usage() {
    const prefix = (at: number, length: number) => new Date(at).toISOString().slice(0, length);
    const all = [...this.entries.values()];
    const month = all.filter(({ at, outcome }) => prefix(at, 7) === prefix(this.now, 7) && outcome !== "refunded");
    return {
      monthly: month.length,
      full: month.filter(({ regeneration }) => regeneration === "full").length,
      hourly: all.filter(({ at }) => prefix(at, 13) === prefix(this.now, 13)).length,
      live: all.filter(({ outcome, leaseUntil }) => outcome === "reserved" && leaseUntil > this.now).length,
    };
  }

  /** Null when it fits, else every code that may refuse it. */
  refusals({ draftId, regeneration }: Pick<AdmissionRequest, "draftId" | "regeneration">): string[] {
    const { monthly, full, hourly, live } = this.usage();
    const {
      generationsPerMonth,
      burstPerHour,
      concurrencyMax,
      regeneration: allowed,
      regenerationCooldownSeconds,
    } = this.limits;
    if (regeneration === "full" && allowed.full === "none") return ["full_regen_not_allowed"];
    const last = Math.max(
      -Infinity,
      ...[...this.entries.values()]
        .filter((entry) => entry.regeneration !== null && entry.draftId === draftId)
        .map(({ at }) => at),
    );
    const codes: [boolean, string][] = [
      [generationsPerMonth !== null && monthly >= generationsPerMonth, "monthly_pool_exhausted"],
      [regeneration === "full" && allowed.fullPerMonth !== null && full >= allowed.fullPerMonth, "full_regen_cap"],
      [hourly >= burstPerHour, "hourly_burst_exceeded"],
      [
        draftId !== null && regeneration !== null && this.now - last < regenerationCooldownSeconds * 1000,
        "regen_cooldown",
      ],
      [live >= concurrencyMax, "concurrency_limit"],
    ];
    return codes.flatMap(([refuses, code]) => (refuses ? [code] : []));
  }

  admit(id: string, { draftId, regeneration }: Pick<AdmissionRequest, "draftId" | "regeneration">): void {
    this.entries.set(id, {
      at: this.now,
      draftId,
      regeneration,
      outcome: "reserved",
      leaseUntil: this.now + WAITING_LEASE_MS,
    });
  }
}

/** Small numbers, so that each limit is met often, and the catalogue's kinds of plan. */
export const smallPlans: Partial<EffectiveLimits>[] = [
  {
    generationsPerMonth: 4,
    burstPerHour: 3,
    concurrencyMax: 2,
    regenerationCooldownSeconds: 30,
    regeneration: plans.free.regeneration,
  },
  {
    generationsPerMonth: 7,
    burstPerHour: 5,
    concurrencyMax: 3,
    regenerationCooldownSeconds: 15,
    regeneration: { targeted: true, full: "capped", fullPerMonth: 2 },
  },
  {
    generationsPerMonth: null,
    burstPerHour: 9,
    concurrencyMax: 6,
    regenerationCooldownSeconds: 0,
    regeneration: plans.pro.regeneration,
  },
];
