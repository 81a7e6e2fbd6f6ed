import type { EffectiveLimits } from "../plans/index.ts";
import { windowsAt } from "./windows.ts";

export type Regeneration = "targeted" | "full";

/** What an account has used, at a moment that both counters and ledger let only grow. Times in ms since 1970. */
export interface Usage {
  at: number;
  /** Of the month and hour of `at`. */
  monthly: number;
  hourly: number;
  full: number;
  /** At work or waiting. */
  live: number;
  /** When the draft in question was last regenerated; null when not lately. */
  regeneratedAt: number | null;
}

export type QuotaWindow =
  | "monthly_pool"
  | "full_regenerations"
  | "hourly_burst"
  | "regeneration_cooldown"
  | "concurrency";

export interface Violation {
  window: QuotaWindow;
  /** When there will be room; for concurrency, which ends whenever a generation does, when it is worth asking again. */
  endsAt: number;
}

/** Nobody knows when a generation will end; asking this often finds it soon enough. */
const CONCURRENCY_RETRY_MS = 5_000;

/** The numbers of a plan that are counted; null: no limit. */
export function countedLimits({ generationsPerMonth, burstPerHour, regeneration, concurrencyMax }: EffectiveLimits) {
  return {
    monthly: generationsPerMonth,
    hourly: burstPerHour,
    full: { none: 0, capped: regeneration.fullPerMonth, unlimited: null }[regeneration.full],
    live: concurrencyMax,
  };
}

/** Every window that has no room for one more, the one that lasts longest first. The Lua script decides by the same rule. */
export function violationsOf(usage: Usage, limits: EffectiveLimits, regeneration: Regeneration | null): Violation[] {
  const { monthEnd, hourEnd } = windowsAt(usage.at);
  const { monthly, hourly, full, live } = countedLimits(limits);
  const cooledAt = usage.regeneratedAt === null ? 0 : usage.regeneratedAt + limits.regenerationCooldownSeconds * 1000;
  const noRoom = (limit: number | null, used: number) => limit !== null && used >= limit;
  const violations: [boolean, Violation][] = [
    [noRoom(monthly, usage.monthly), { window: "monthly_pool", endsAt: monthEnd }],
    [regeneration === "full" && noRoom(full, usage.full), { window: "full_regenerations", endsAt: monthEnd }],
    [noRoom(hourly, usage.hourly), { window: "hourly_burst", endsAt: hourEnd }],
    [regeneration !== null && usage.at < cooledAt, { window: "regeneration_cooldown", endsAt: cooledAt }],
    [noRoom(live, usage.live), { window: "concurrency", endsAt: usage.at + CONCURRENCY_RETRY_MS }],
  ];
  return violations
    .flatMap(([violated, violation]) => (violated ? [violation] : []))
    .toSorted((a, b) => b.endsAt - a.endsAt);
}
