import type { Clock } from "../clock/index.ts";
import { describe, fullAtMs } from "./bucket.ts";
import { createForgettingMap } from "./forgetting-map.ts";
import type { Bucket, LimitDecision } from "./limiter.ts";
import { refilledShare, shareOf, type KnownUsage } from "./share.ts";

/** What Redis is to be told of a bucket. */
export interface Debt {
  key: string;
  known: number;
  own: number;
  ageMs: number;
  refill: number;
  intervalMs: number;
}

interface Entry extends KnownUsage {
  fullAtMs: number;
  refill: number;
  intervalMs: number;
}

/** This process's part of the limits, for when Redis does not answer. */
export interface LocalShare {
  /** Takes over what Redis decided, to go on from there. */
  adopt(decision: LimitDecision, buckets: readonly Bucket[]): void;
  takeNow(buckets: readonly Bucket[], cost: number, processes: number): LimitDecision;
  /** What was taken and not told yet; with `all`, everything that is known. Counts as told from now on, until taken back. */
  debts(all: boolean): { debts: Debt[]; takeBack: () => void };
  /** Redis decides again: what was taken here is part of what it knows. */
  settle(): void;
  clear(): void;
}

export function createLocalShare(clock: Clock): LocalShare {
  const entries = createForgettingMap<Entry>();

  function store(bucket: Bucket, usage: KnownUsage, nowMs: number): void {
    const { refill, intervalMs } = bucket;
    entries.set(bucket.key, { ...usage, refill, intervalMs, fullAtMs: fullAtMs(usage, bucket) }, nowMs);
  }

  return {
    adopt(decision, buckets) {
      const nowMs = clock.now().getTime();
      buckets.forEach((bucket, index) => {
        const state = decision.buckets[index];
        if (!state || state.remaining === state.limit) return;
        const anchorMs = state.resetAtMs - state.intervalMs - decision.nowMs + nowMs;
        store(bucket, { used: state.limit - state.remaining, anchorMs, own: 0, told: 0 }, nowMs);
      });
    },
    takeNow(buckets, cost, processes) {
      const nowMs = clock.now().getTime();
      const usages = buckets.map((bucket) => refilledShare(entries.get(bucket.key), bucket, nowMs));
      const shares = buckets.map((bucket, index) => shareOf(bucket, usages[index] as KnownUsage, processes));
      const allowed = cost === 0 || usages.every(({ own }, index) => own + cost <= (shares[index] ?? 0));
      if (allowed && cost > 0) {
        usages.forEach((usage, index) => {
          usage.used += cost;
          usage.own += cost;
          store(buckets[index] as Bucket, usage, nowMs);
        });
      }
      // Shown is what this process still gives, under the limit that everybody knows.
      const shown = usages.map(({ own, anchorMs }, index) => ({
        used: (buckets[index]?.capacity ?? 0) - ((shares[index] ?? 0) - own),
        anchorMs,
      }));
      return { ...describe(buckets, shown, { cost, allowed, nowMs }), degraded: true };
    },
    debts(all) {
      const nowMs = clock.now().getTime();
      const debts: Debt[] = [];
      const before: [Entry, number][] = [];
      for (const [key, entry] of entries) {
        const { used, told, anchorMs, refill, intervalMs } = entry;
        const own = all ? entry.own : entry.own - told;
        if (own === 0 && !all) continue;
        before.push([entry, told]);
        entry.told = entry.own;
        debts.push({ key, known: used - entry.own, own, ageMs: Math.max(0, nowMs - anchorMs), refill, intervalMs });
      }
      return {
        debts,
        takeBack: () =>
          before.forEach(([entry, told]) => {
            entry.told = told;
          }),
      };
    },
    settle() {
      for (const [, entry] of entries) Object.assign(entry, { own: 0, told: 0 });
    },
    clear: () => entries.clear(),
  };
}
