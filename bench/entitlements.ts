import { pino } from "pino";
import { createPlanLookup, type PlanLookup } from "../server/src/features/plans/index.ts";
import { systemClock } from "../server/src/platform/clock/index.ts";
import { createDatabase } from "../server/src/platform/db/index.ts";
import { load, type LoadRequest } from "./load.ts";
import { makeAccounts, openBenchPlatform } from "./platform.ts";
import { row, type BenchRow } from "./row.ts";

const ACCOUNTS = 50;
const CONCURRENCY = 64;
const CHECKS = 20_000;
const SECONDS = 5;
/** Nobody listens there: notifications cannot be heard, so nothing is kept. */
const NOWHERE = "postgres://nobody@127.0.0.1:9/nowhere";

/** What it takes to know what an account may: from memory, from the database, and through the whole API. */
export async function benchEntitlements(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  await using api = await platform.start("api", { TRUST_PROXY: "1" });
  const accounts = await makeAccounts(api.url, platform.adminUrl, ACCOUNTS);
  const ids = accounts.map(({ accountId }) => accountId);
  const requests = accounts.map(({ key }): LoadRequest => ({
    method: "GET",
    path: "/v1/entitlements/generations",
    headers: { Authorization: `Bearer ${key}` },
  }));
  const cached = await checks(platform.env, ids, null);
  const read = await checks(platform.env, ids, NOWHERE);
  await load(api.url, requests, { seconds: 2, connections: CONCURRENCY });
  const { perSecond, p99Ms } = await load(api.url, requests, { seconds: SECONDS, connections: CONCURRENCY });
  return [
    row(`entitlement from memory, ${CONCURRENCY} at once, p99`, cached.p99Ms, "ms", { atMost: 5 }),
    row("… one after the other, each", cached.eachMs * 1000, "µs"),
    row(`entitlement from the database, ${CONCURRENCY} at once, p99`, read.p99Ms, "ms", { atMost: 20 }),
    row(`GET /v1/entitlements/{feature}, whole pipeline, ${CONCURRENCY} connections`, perSecond, "requests/s"),
    row("… p99", p99Ms, "ms", { atMost: 100 }),
  ];
}

async function checks(
  env: Record<string, string>,
  ids: string[],
  listenUrl: string | null,
): Promise<{ p99Ms: number; eachMs: number }> {
  const db = createDatabase({ url: env["DATABASE_URL"] ?? "", listenUrl, poolMax: 10, log: pino({ level: "silent" }) });
  const lookup = createPlanLookup({ db, clock: systemClock });
  try {
    for (const id of ids) await lookup.getEntitledLimits(id);
    await ask(lookup, ids, CHECKS / 10);
    const times = await ask(lookup, ids, CHECKS);
    const inTurn = listenUrl === null ? CHECKS : 0;
    const startedAt = performance.now();
    for (let index = 0; index < inTurn; index += 1) await lookup.getEntitledLimits(ids[index % ids.length] ?? "");
    const p99Ms = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
    return { p99Ms, eachMs: (performance.now() - startedAt) / CHECKS };
  } finally {
    lookup.close();
    await db.close();
  }
}

async function ask(lookup: PlanLookup, ids: string[], count: number): Promise<number[]> {
  const times: number[] = [];
  const askInTurn = async (first: number): Promise<void> => {
    for (let index = first; index < count; index += CONCURRENCY) {
      const startedAt = performance.now();
      await lookup.getEntitledLimits(ids[index % ids.length] ?? "");
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, first) => askInTurn(first)));
  return times;
}

if (import.meta.main) console.table(await benchEntitlements());
