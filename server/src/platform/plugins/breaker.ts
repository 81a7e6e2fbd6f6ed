import type { Clock } from "../clock/index.ts";
import type { BreakerState } from "./plugin-host.ts";

const WINDOW_MS = 60_000;
const BUCKET_MS = 1_000;
const CALLS_MIN = 20;
const FAILURES_RATIO = 0.5;
const OPEN_FIRST_MS = 30_000;
const OPEN_MAX_MS = 600_000;
/** While the one probe runs, others ask again after this. */
const PROBE_WAIT_MS = 5_000;

export type Admission = { admitted: true; settle: (result: CallResult) => void } | { admitted: false; retryAt: Date };
/** `neutral`: the call says nothing about the provider's health (it was not reached, or asks us to slow down). */
export type CallResult = "success" | "failure" | "neutral";

/**
 * Spares a provider that is down, and us the waiting: opens when at least half of 20 or more calls within a minute
 * failed, for 30 s, doubling to 10 min while the single probe afterwards fails. An open breaker delays work, it fails
 * none.
 */
export class Breaker {
  private readonly clock: Clock;
  private buckets: { startsAt: number; calls: number; failures: number }[] = [];
  private openUntil: number | null = null;
  private openMs = OPEN_FIRST_MS;
  private probing = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  state(): BreakerState {
    if (this.openUntil === null) return "closed";
    return this.now() < this.openUntil ? "open" : "half_open";
  }

  /** Asks to make a call. An admitted one must be settled, once. */
  admit(): Admission {
    const state = this.state();
    if (state === "closed") return { admitted: true, settle: (result) => this.record(result) };
    if (state === "open") return { admitted: false, retryAt: new Date(this.openUntil ?? 0) };
    if (this.probing) return { admitted: false, retryAt: new Date(this.now() + PROBE_WAIT_MS) };
    this.probing = true;
    return { admitted: true, settle: (result) => this.settleProbe(result) };
  }

  private record(result: CallResult): void {
    // A call from before the opening says nothing new.
    if (result === "neutral" || this.openUntil !== null) return;
    const now = this.now();
    this.buckets = this.buckets.filter(({ startsAt }) => startsAt > now - WINDOW_MS);
    let bucket = this.buckets.at(-1);
    if (!bucket || now >= bucket.startsAt + BUCKET_MS) {
      bucket = { startsAt: now, calls: 0, failures: 0 };
      this.buckets.push(bucket);
    }
    bucket.calls += 1;
    if (result === "failure") bucket.failures += 1;
    const calls = this.buckets.reduce((sum, each) => sum + each.calls, 0);
    const failures = this.buckets.reduce((sum, each) => sum + each.failures, 0);
    if (calls >= CALLS_MIN && failures >= calls * FAILURES_RATIO) this.open();
  }

  private settleProbe(result: CallResult): void {
    this.probing = false;
    if (result === "success") {
      this.openUntil = null;
      this.openMs = OPEN_FIRST_MS;
    } else if (result === "failure") {
      this.openMs = Math.min(OPEN_MAX_MS, this.openMs * 2);
      this.open();
    }
  }

  private open(): void {
    this.buckets = [];
    this.openUntil = this.now() + this.openMs;
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
