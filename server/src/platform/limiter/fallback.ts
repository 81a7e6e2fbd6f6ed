import type { Logger } from "pino";
import type { Clock } from "../clock/index.ts";
import type { LimitDecision, Limiter } from "./limiter.ts";
import { createLocalShare } from "./local-share.ts";
import type { SharedLimiter } from "./redis.ts";
import { withTimeout } from "../time/index.ts";

export interface LimiterMetrics {
  /** Redis stopped (true) or began again (false) to decide. */
  degraded(isDegraded: boolean): void;
  /** One request was decided by this process alone. */
  degradedTake(): void;
}

export interface FallbackOptions {
  /** The exact limiter; what it rejects counts as an outage. */
  primary: SharedLimiter;
  clock: Clock;
  log: Logger;
  metrics?: LimiterMetrics;
  /** Longest wait for the exact limiter. A connection that is down rejects at once; only a Redis that hangs costs this. */
  timeoutMs?: number;
  /** How often an outage is tested for its end. */
  probeIntervalMs?: number;
  /**
   * How long a process goes on by itself after it found Redis again, so that the others have found it too and told it what
   * they admitted: the longest pause of a reconnect, a probe and its patience.
   */
  settleMs?: number;
}

/** How often a process says that it is there. */
const ATTEND_MS = 2000;
/** A process that has never met Redis supposes this many. */
const PROCESSES_UNKNOWN = 4;

/**
 * Neither open nor dead when Redis is. While it does not answer, each process gives out its equal part of what was
 * left. When it is back, each one tells it what it knew and what it gave out, and then all are exact again, also when Redis
 * had forgotten everything. In one window all processes admit at most the limit by Redis and `max(left, processes)` besides.
 */
export function withFallback({
  primary,
  clock,
  log,
  metrics,
  timeoutMs = 250,
  probeIntervalMs = 250,
  settleMs = 1500,
}: FallbackOptions): Limiter {
  const local = createLocalShare(clock);
  let exact = true;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let attending: NodeJS.Timeout | undefined;
  let processes = PROCESSES_UNKNOWN;
  let life: string | null = null;
  let alone = 0;

  function begin(error: unknown): void {
    if (!exact || closed) return;
    exact = false;
    alone = 0;
    log.warn(
      { err: error, processes },
      "Redis unavailable: rate limits are counted per process; check Redis and REDIS_URL",
    );
    metrics?.degraded(true);
    later(probe, probeIntervalMs);
  }

  function later(step: () => Promise<void>, ms: number): void {
    if (closed) return;
    timer = setTimeout(() => void step().catch(() => later(probe, probeIntervalMs)), ms).unref();
  }

  /** A real write, so that a Redis which is read-only or out of memory counts as down too. */
  async function probe(): Promise<void> {
    const before = life;
    const lost = await attend();
    const { debts, takeBack } = local.debts(lost);
    try {
      await withTimeout(primary.prepareRestore(), timeoutMs);
      await withTimeout(primary.restore(debts, lost), settleMs);
    } catch (error) {
      takeBack();
      life = before;
      throw error;
    }
    later(() => end(lost), settleMs);
  }

  async function end(lost: boolean): Promise<void> {
    const before = life;
    if (await attend()) {
      life = before;
      throw new Error("Redis has forgotten everything again");
    }
    const { debts } = local.debts(false);
    local.settle();
    exact = true;
    metrics?.degraded(false);
    log.info({ admitted_alone: alone, forgotten: lost }, "Redis recovered: rate limits are exact again");
    primary.restore(debts, lost).catch(begin);
  }

  /** True when Redis has forgotten everything since it was last asked. */
  async function attend(): Promise<boolean> {
    const now = await withTimeout(primary.attend(), timeoutMs);
    const lost = life !== null && life !== now.life;
    life = now.life;
    // One that has forgotten everything has not yet heard of all the others.
    processes = exact ? now.processes : Math.max(processes, now.processes);
    return lost;
  }

  function attendNow(): void {
    attending = setTimeout(attendNow, ATTEND_MS).unref();
    if (!exact) return;
    const before = life;
    attend().then((lost) => {
      if (!lost) return;
      life = before;
      begin(new Error("Redis has forgotten everything"));
    }, begin);
  }

  primary.onDisconnect(() => begin(new Error("the connection was closed")));
  return {
    async take(buckets, cost = 1): Promise<LimitDecision> {
      // Workers hold a limiter and never take: they get no part of anything.
      if (!attending) attendNow();
      if (exact) {
        try {
          const decision = await withTimeout(primary.take(buckets, cost), timeoutMs);
          local.adopt(decision, buckets);
          return decision;
        } catch (error) {
          begin(error);
        }
      }
      metrics?.degradedTake();
      const decision = local.takeNow(buckets, cost, processes);
      if (decision.allowed && cost > 0) alone += 1;
      return decision;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(attending);
      local.clear();
      await primary.close();
    },
  };
}
