import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { withTimeout } from "../../platform/time/index.ts";
import { sendWithThisTurn, watchLife } from "../../platform/redis/index.ts";
import type { EffectiveLimits } from "../plans/index.ts";
import { accountKeys, cooldownKey } from "./keys.ts";
import { cooldownMaxSeconds, type AdmissionRequest, type LedgerState } from "./ledger.ts";
import { admitScript, LEASE_KEPT_SECONDS, restoreScript, settleScript } from "./scripts.ts";
import { countedLimits, type Regeneration, type Usage } from "./usage.ts";
import { windowsAt } from "./windows.ts";

export type CounterDecision = "lost" | { allowed: boolean; epoch: number; usage: Usage };

/** What the ledger has, counted in Redis: never less while it is of the account's epoch. Null and false: Redis is away. */
export interface Counters {
  /** Takes one from every window, or from none, in one round trip. */
  admit(accountId: string, request: AdmissionRequest, limits: EffectiveLimits): Promise<CounterDecision | null>;
  /** Tells what the ledger counted, if nobody told later news. */
  restore(accountId: string, state: LedgerState): Promise<boolean>;
  /** Ends a lease, and gives back what is refunded; harmless when repeated. */
  settle(
    accountId: string,
    entry: { generationId: string; admittedAt: Date; regeneration: Regeneration | null; refunded: boolean },
  ): Promise<boolean>;
}

export interface CountersOptions {
  /** A connection made for `limiter` use. */
  redis: Redis;
  prefix: string;
  log: Logger;
  /** For tests. */
  now?: (() => number) | undefined;
  timeoutMs?: number;
}

/** A Redis that hangs is left alone for this long, so that it costs one request the patience and not all. */
const REST_MS = 1_000;
const COOLDOWN_KEPT_MS = cooldownMaxSeconds * 1000;

/** A time is seconds and µs, both as text. */
type Answer =
  | ["lost"]
  | ["turn", string, string]
  | ["yes" | "no", string, string, string, number, number, number, number, number];

const timeOf = (seconds: string, micros: string) => Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
/** Its fourth field; a place among them costs less than taking it apart. */
const epochOf = (state: string) =>
  Number(state.slice(state.lastIndexOf(" ", state.lastIndexOf(" ") - 1) + 1, state.lastIndexOf(" ")));

export function createCounters({ redis, prefix, log, now, timeoutMs = 250 }: CountersOptions): Counters {
  const lifeOf = watchLife(redis);
  let restsUntil = 0;
  /** How far Redis' clock is ahead of this one. */
  let aheadMs = 0;

  async function ask<T>(question: (life: string) => Promise<T>): Promise<T | null> {
    const life = lifeOf();
    if (life === null || performance.now() < restsUntil) return null;
    try {
      sendWithThisTurn(redis);
      return await withTimeout(question(life), timeoutMs);
    } catch (error) {
      restsUntil = performance.now() + REST_MS;
      log.warn({ err: error }, "Redis unavailable for quota counters; falling back to PostgreSQL");
      return null;
    }
  }

  async function admitAt(
    time: number,
    accountId: string,
    { generationId, draftId, regeneration }: AdmissionRequest,
    limits: EffectiveLimits,
    life: string,
  ): Promise<Answer> {
    const windows = windowsAt(time);
    const { state, pool, full, burst, leases } = accountKeys(prefix, accountId, windows);
    const keys = [state, pool, full, burst, leases];
    if (regeneration !== null && draftId !== null) keys.push(cooldownKey(prefix, accountId, draftId));
    const counted = countedLimits(limits);
    const { monthStart, hourStart, hourEnd } = windows;
    const args = [
      `${life} ${monthStart} ${hourStart}`,
      hourStart / 1000,
      hourEnd / 1000,
      counted.monthly ?? -1,
      counted.full ?? -1,
      counted.hourly,
      counted.live,
      generationId,
    ];
    // The rest is not looked at otherwise.
    if (regeneration !== null || now)
      args.push(regeneration === "full" ? 1 : 0, limits.regenerationCooldownSeconds * 1000, COOLDOWN_KEPT_MS);
    if (now) args.push(now());
    return (await admitScript.run(redis, keys, args)) as Answer;
  }

  return {
    admit: (accountId, request, limits) =>
      ask(async (life) => {
        let answer = await admitAt(now ? now() : Date.now() + aheadMs, accountId, request, limits, life);
        if (answer[0] === "turn") {
          const time = timeOf(answer[1], answer[2]);
          aheadMs = time - Date.now();
          answer = await admitAt(time, accountId, request, limits, life);
        }
        if (answer[0] === "lost" || answer[0] === "turn") return "lost";
        const [said, state, seconds, micros, monthly, full, hourly, live, regeneratedAt] = answer;
        return {
          allowed: said === "yes",
          epoch: epochOf(state),
          usage: {
            at: timeOf(seconds, micros),
            monthly,
            hourly,
            full,
            live,
            regeneratedAt: regeneratedAt === -1 ? null : regeneratedAt,
          },
        };
      }),
    restore: async (accountId, { epoch, usage, reserved, regenerated }) => {
      const windows = windowsAt(usage.at);
      const { state, pool, full, burst, leases } = accountKeys(prefix, accountId, windows);
      const keys = [
        state,
        pool,
        full,
        burst,
        leases,
        ...regenerated.map(([draftId]) => cooldownKey(prefix, accountId, draftId)),
      ];
      const told = await ask((life) =>
        restoreScript.run(redis, keys, [
          epoch,
          life,
          windows.monthStart,
          windows.monthEnd - usage.at,
          windows.hourStart,
          windows.hourEnd - usage.at,
          usage.at,
          usage.monthly,
          usage.full,
          usage.hourly,
          COOLDOWN_KEPT_MS,
          reserved.length,
          // A lapsed one is kept, to be found when it ends, and counts no more.
          ...reserved.flatMap(([generationId, live]) => [
            live ? Math.floor(usage.at / 1000) + LEASE_KEPT_SECONDS : 0,
            generationId,
          ]),
          ...regenerated.map(([, at]) => at),
        ]),
      );
      return told !== null;
    },
    settle: async (accountId, { generationId, admittedAt, regeneration, refunded }) => {
      const { leases, pool, full } = accountKeys(prefix, accountId, windowsAt(admittedAt.getTime()));
      const givenBack = refunded ? [pool, ...(regeneration === "full" ? [full] : [])] : [];
      return (await ask(() => settleScript.run(redis, [leases, ...givenBack], [generationId]))) !== null;
    },
  };
}
