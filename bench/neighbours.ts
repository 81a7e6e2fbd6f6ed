import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { newSecret, sealSecret } from "../server/src/features/webhooks/secret.ts";
import { insertWebhook } from "../server/src/features/webhooks/store.ts";
import { loadConfig } from "../server/src/config.ts";
import { encodeId, newId } from "../server/src/platform/ids/index.ts";
import { createLogger } from "../server/src/platform/log/index.ts";
import { createShared } from "../server/src/shared.ts";
import { openServices, type Services } from "../server/src/services.ts";
import { openBenchPlatform } from "./platform.ts";
import { row, type BenchRow } from "./row.ts";

const ENDPOINTS = 100;
const HANGING = 20;
const EVENTS_PER_SECOND = 2_000;
const TICK_MS = 10;
const WARM_UP_SECONDS = 5;
const SECONDS = 20;
const WORKERS = 2;

/**
 * 100 endpoints of 100 accounts, 20 of which take requests and never answer; 2,000 events per second, each in a transaction of
 * its own, spread over all of them. How long do events of the healthy ones wait for their first attempt? Real processes, real
 * queue, durable rows; this process emits.
 */
export async function benchNeighbours(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  const services = await openServices(loadConfig({ ...platform.env, DATABASE_POOL_MAX: "64" }), {
    log: createLogger({ level: "silent", name: "bench" }),
  });
  const receiver = fork(new URL("neighbours-receiver.ts", import.meta.url));
  try {
    const [{ port }] = (await once(receiver, "message")) as [{ port: number }];
    const accounts = [];
    for (let index = 0; index < ENDPOINTS; index += 1) {
      accounts.push(await endpoint(services, `http://127.0.0.1:${port}/${index < HANGING ? "hanging" : "healthy"}`));
    }
    await using workers = new AsyncDisposableStack();
    for (let count = 0; count < WORKERS; count += 1) workers.use(await platform.start("worker"));
    await emitFor(services, accounts, WARM_UP_SECONDS);
    const before = (await timesOf(receiver)).length;
    const offered = await emitFor(services, accounts, SECONDS);
    let times: number[] = [];
    for (let waited = 0; waited < 30 && times.length < before + offered.healthy; waited += 1) {
      await sleep(1_000);
      times = (await timesOf(receiver)).slice(before);
    }
    const sorted = times.toSorted((a, b) => a - b);
    return [
      row("events emitted, all endpoints", offered.all / offered.seconds, "events/s", {
        atLeast: 0.95 * EVENTS_PER_SECOND,
      }),
      row("healthy endpoints: events that arrived", (100 * times.length) / offered.healthy, "%", { atLeast: 100 }),
      row("healthy endpoints: event → first attempt, p50", sorted[Math.floor(sorted.length * 0.5)] ?? NaN, "ms"),
      row("healthy endpoints: event → first attempt, p99", sorted[Math.floor(sorted.length * 0.99)] ?? NaN, "ms", {
        atMost: 1_000,
      }),
    ];
  } finally {
    receiver.kill();
    await services.close();
  }
}

async function timesOf(receiver: ReturnType<typeof fork>): Promise<number[]> {
  receiver.send("times");
  const [{ times }] = (await once(receiver, "message")) as [{ times: number[] }];
  return times;
}

/** Emits at the rate, or as fast as this machine can if that is less; each event in its own transaction. */
async function emitFor(services: Services, accounts: string[], seconds: number) {
  const { emit } = createShared(services);
  const emitting = { open: 0, settled: (): void => undefined };
  const openAtMost = async (most: number): Promise<void> => {
    while (emitting.open > most) await new Promise<void>((resolve) => (emitting.settled = resolve));
  };
  const startedAt = performance.now();
  let [all, healthy] = [0, 0];
  for (let tick = 0; performance.now() - startedAt < seconds * 1_000; tick += 1) {
    for (let count = 0; count < (EVENTS_PER_SECOND * TICK_MS) / 1_000; count += 1) {
      const index = all % accounts.length;
      const accountId = accounts[index] ?? "";
      const data = { object: "track", id: encodeId("trk", newId()), deleted: true } as const;
      emitting.open += 1;
      void services.db
        .withTenant(accountId, (tx) => emit(tx, { type: "track.deleted", data }))
        .finally(() => {
          emitting.open -= 1;
          emitting.settled();
        });
      all += 1;
      if (index >= HANGING) healthy += 1;
    }
    await sleep(Math.max(0, startedAt + (tick + 1) * TICK_MS - performance.now()));
    // Not more than the database takes: what waits here would not be an event yet.
    await openAtMost(500);
  }
  await openAtMost(0);
  return { all, healthy, seconds: (performance.now() - startedAt) / 1_000 };
}

/** An account with one endpoint. */
async function endpoint({ db, keyRing }: Services, url: string): Promise<string> {
  const [live, sandbox, id] = [newId(), newId(), newId()];
  await db.asSystem("a benchmark makes an account", (tx) =>
    tx.query(
      `insert into accounts (id, mode, twin_id, name)
     values ($1, 'live', $2, 'benchmark'), ($2, 'test', $1, 'benchmark')`,
      [live, sandbox],
    ),
  );
  await db.withTenant(live, (tx) =>
    insertWebhook(tx, {
      id,
      url,
      description: null,
      event_types: null,
      ordered: false,
      ordered_on_failure: "skip",
      max_per_second: null,
      secret: sealSecret(keyRing, live, id, newSecret()),
      now: new Date(),
    }),
  );
  return live;
}

if (import.meta.main) console.table(await benchNeighbours());
