import { pino } from "pino";
import { createCounters } from "../server/src/features/quota/index.ts";
import { limitsOfPlan } from "../server/src/features/plans/index.ts";
import { newId } from "../server/src/platform/ids/index.ts";
import { connectRedis, redisScript, whenReady } from "../server/src/platform/redis/index.ts";
import { startRedis } from "../server/test-kit/redis-server.ts";
import { median, medianRatio, row, type BenchRow } from "./row.ts";

const ACCOUNTS = 10_000;
const ROUNDS = 5;
const CALLS = 10_000;
const AT_ONCE = 16;

/**
 * Admission through all windows of an account, as the API asks for it, against a script that does nothing, asked in the same way
 * and taking turns with it. Every call is admitted, which is the dearest answer.
 */
export async function benchAdmission(): Promise<BenchRow[]> {
  const server = await startRedis();
  if (!server) return [];
  const log = pino({ level: "silent" });
  const redis = connectRedis({ url: server.url, use: "limiter", log });
  try {
    await whenReady(redis, 5_000);
    const counters = createCounters({ redis, prefix: "bench", log });
    const nothing = redisScript("return 1");
    // The life of Redis is asked for ahead of this.
    await redis.ping();
    const accounts = Array.from({ length: ACCOUNTS }, () => newId());
    const usage = { at: Date.now(), monthly: 0, hourly: 0, full: 0, live: 0, regeneratedAt: null };
    await eachAtOnce(ACCOUNTS, AT_ONCE, (index) =>
      counters.restore(accounts[index] ?? "", { epoch: 1, usage, reserved: [], regenerated: [] }),
    );
    const limits = {
      ...limitsOfPlan("enterprise", "live"),
      burstPerHour: 1_000_000,
      concurrencyMax: 1_000_000,
      generationsPerMonth: 1_000_000,
    };
    const admit = async () => {
      const accountId = accounts[Math.floor(Math.random() * ACCOUNTS)] ?? "";
      const decision = await counters.admit(
        accountId,
        { generationId: newId(), draftId: null, regeneration: null },
        limits,
      );
      if (decision === null || decision === "lost" || !decision.allowed)
        throw new Error("the benchmark's own admission was not decided, or refused");
    };
    const bare = () => nothing.run(redis, ["bench:{nothing}"], ["argument"]);
    const [loop, crowd] = [await compare(admit, bare, 1), await compare(admit, bare, AT_ONCE)];
    return [
      row("bare EVALSHA in a loop", median(loop.bare), "calls/s"),
      row(
        `admissions through all windows in a loop, ${ACCOUNTS.toLocaleString("en")} accounts`,
        median(loop.admitted),
        "calls/s",
      ),
      row("… against bare EVALSHA", medianRatio(loop.admitted, loop.bare), "ratio", { atLeast: 0.5 }),
      row("… p99", median(loop.p99Ms), "ms", { atMost: 3 }),
      row(`admissions, ${AT_ONCE} at once`, median(crowd.admitted), "calls/s"),
      row("… against bare EVALSHA", medianRatio(crowd.admitted, crowd.bare), "ratio"),
      row("… p99", median(crowd.p99Ms), "ms", { atMost: 3 }),
    ];
  } finally {
    redis.disconnect();
    await server.stop();
  }
}

async function compare(admit: () => Promise<unknown>, nothing: () => Promise<unknown>, atOnce: number) {
  const [bare, admitted, p99Ms]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const bareRun = await measure(nothing, atOnce);
    const run = await measure(admit, atOnce);
    // The first round warms up.
    if (round === 0) continue;
    bare.push(bareRun.perSecond);
    admitted.push(run.perSecond);
    p99Ms.push(run.p99Ms);
  }
  return { bare, admitted, p99Ms };
}

async function measure(call: () => Promise<unknown>, atOnce: number): Promise<{ perSecond: number; p99Ms: number }> {
  const took: number[] = [];
  const startedAt = performance.now();
  await eachAtOnce(CALLS, atOnce, async () => {
    const askedAt = performance.now();
    await call();
    took.push(performance.now() - askedAt);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return { perSecond: CALLS / seconds, p99Ms: took.toSorted((a, b) => a - b)[Math.floor(CALLS * 0.99)] ?? 0 };
}

async function eachAtOnce(count: number, atOnce: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        next += 1;
        await call(next - 1);
      }
    }),
  );
}

if (import.meta.main) console.table(await benchAdmission());
