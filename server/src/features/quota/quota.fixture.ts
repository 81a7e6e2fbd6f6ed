import { pino } from "pino";
import { redisUrl } from "../../../test-kit/app.ts";
import type { TestDatabase } from "../../../test-kit/database.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import { connectRedis, whenReady } from "../../platform/redis/index.ts";
import { limitsOfPlan, type EffectiveLimits } from "../plans/index.ts";
import { createCounters, createQuota, type Quota } from "./index.ts";
import type { AdmissionRequest } from "./ledger.ts";

/** A plan with room for everything but what a test is about. */
export function limitsWith(limits: Partial<EffectiveLimits>): EffectiveLimits {
  return {
    ...limitsOfPlan("enterprise", "live"),
    burstPerHour: 1_000_000,
    concurrencyMax: 1_000_000,
    regenerationCooldownSeconds: 0,
    ...limits,
  };
}

export async function createAccount({ db }: Pick<TestDatabase, "db">): Promise<string> {
  const [live, sandbox] = [newId(), newId()];
  await db.asSystem("a test's account", (tx) =>
    tx.query(
      "insert into accounts (id, mode, twin_id, name) values ($1, 'live', $2, 'test'), ($2, 'test', $1, 'test')",
      [live, sandbox],
    ),
  );
  return live;
}

/** One admission in a transaction of its own: the generation's id, or the code that refuses it. */
export async function admit(
  { db }: Pick<TestDatabase, "db">,
  quota: Quota,
  accountId: string,
  request: Partial<AdmissionRequest> = {},
): Promise<{ id: string; code: string | null }> {
  const id = newId();
  const admission = await quota.admission(accountId);
  try {
    await db.withTenant(accountId, (tx) =>
      admission.enforceOrThrow(tx, { generationId: id, draftId: null, regeneration: null, ...request }),
    );
    return { id, code: null };
  } catch (error) {
    if (error instanceof ProblemError) return { id, code: error.code };
    throw error;
  }
}

export function codesOf(results: { code: string | null }[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(results, ({ code }) => code ?? "admitted")).map(([code, group]) => [
      code,
      group?.length ?? 0,
    ]),
  );
}

/** What decides: counters in Redis proven by the ledger, or the ledger alone. */
export const deciders = redisUrl() === null ? (["ledger"] as const) : (["redis", "ledger"] as const);

export interface QuotaWorld extends AsyncDisposable {
  quota: Quota;
  /** How many were admitted by which. */
  admitted: { redis: number; ledger: number };
  redis: ReturnType<typeof connectRedis> | null;
  prefix: string;
}

/** `limits`: what every account may; asked for at each admission. */
export async function openQuota(
  { db }: Pick<TestDatabase, "db">,
  decider: "redis" | "ledger",
  limits: () => EffectiveLimits,
  {
    now,
    prefix = `test-${newId()}`,
    url = redisUrl(),
  }: { now?: () => number; prefix?: string; url?: string | null } = {},
): Promise<QuotaWorld> {
  const log = pino({ level: "silent" });
  const redis = decider === "redis" && url !== null ? connectRedis({ url, use: "limiter", log }) : null;
  const counters = redis && createCounters({ redis, prefix, log, now, timeoutMs: 5_000 });
  if (redis) {
    await whenReady(redis, 5_000);
    // The life of Redis is asked for ahead of this.
    await redis.ping();
  }
  const admitted = { redis: 0, ledger: 0 };
  const metrics = { admitted: (by: "redis" | "ledger") => void (admitted[by] += 1), refused: () => undefined };
  const quota = createQuota({ db, plans: { getEffectiveLimits: limits }, counters, metrics, ...(now && { now }) });
  return { quota, admitted, redis, prefix, [Symbol.asyncDispose]: async () => redis?.disconnect() };
}
