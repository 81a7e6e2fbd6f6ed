import { fork, type ChildProcess } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { Pool } from "undici";
import { ensureRoles } from "../server/migrations/roles.ts";
import { migrateUp } from "../server/migrations/runner.ts";
import { startPostgres } from "../server/src/dev/postgres.ts";
import { createEmit } from "../server/src/features/events/index.ts";
import { createDeliveryMetrics, createDrainWork, createFanOut } from "../server/src/features/webhooks/index.ts";
import { newSecret, sealSecret } from "../server/src/features/webhooks/secret.ts";
import { insertWebhook } from "../server/src/features/webhooks/store.ts";
import { systemClock } from "../server/src/platform/clock/index.ts";
import { createKeyRing } from "../server/src/platform/crypto/index.ts";
import { createDatabase, type Database } from "../server/src/platform/db/index.ts";
import { createEgressPools, createResolver } from "../server/src/platform/egress/index.ts";
import { encodeId, newId } from "../server/src/platform/ids/index.ts";
import { createMetrics } from "../server/src/platform/metrics/index.ts";
import { median, medianRatio, row, type BenchRow } from "./row.ts";

const endpoints = 4;
const slotsMax = 16;
const rounds = 5;
const perRound = 24_000;
/** The only figure found for an engine of this kind: 1,812 deliveries/s on 4 virtual cores (hookstream, README), without durable rows. */
const publishedPerCore = 453;
const log = pino({ level: "silent" });
const keyRing = createKeyRing([{ id: "k1", key: randomBytes(32) }]);

const data = {
  object: "track",
  id: encodeId("trk", newId()),
  title: "Night train",
  artist: null,
  source: "generation",
  generation_id: encodeId("gen", newId()),
  format: "wav",
  content_type: "audio/wav",
  bytes: 5_292_044,
  sha256: "0".repeat(64),
  duration_ms: 30_000,
  sample_rate: 44_100,
  channels: 2,
  loudness_lufs: -14.2,
  created_at: new Date().toISOString(),
} as const;

/**
 * Deliveries per second with durable rows against a bare sign-and-POST loop, side by side in one run, on a Postgres
 * that syncs to disk. Signs, sends and writes the whole delivery log; the queue plays no part, it holds one pointer.
 */
export async function benchWebhooks(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), "musicverse-bench-"));
  const postgres = await startPostgres({ directory, settings: { shared_buffers: "256MB", max_wal_size: "4GB" } });
  const receiver = fork(new URL("webhooks-receiver.ts", import.meta.url));
  try {
    const { port } = await answerOf<{ port: number }>(receiver);
    const bench = await prepare(postgres.adminUrl, `http://127.0.0.1:${port}/hooks`);
    const bare: number[] = [];
    const engine: number[] = [];
    // The first round of each warms up; then they take turns, so that a slow moment of the machine meets both.
    for (let round = 0; round <= rounds; round += 1) {
      const [one, other] = [await bareLoop(port, perRound), await bench.drainBacklog(perRound)];
      if (round > 0) {
        bare.push(one);
        engine.push(other);
      }
    }
    await bench.close();
    return [
      row("bare sign-and-POST loop", median(bare), "deliveries/s"),
      row("webhook engine, durable rows included", median(engine), "deliveries/s", { atLeast: 4_000 }),
      row(
        `… per core of this machine (${cpus().length}), on which receiver and database run too`,
        median(engine) / cpus().length,
        "deliveries/s",
        {
          atLeast: publishedPerCore * 3,
        },
      ),
      row("webhook engine against bare loop", medianRatio(engine, bare), "ratio", { atLeast: 0.35 }),
    ];
  } finally {
    receiver.kill();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const unused = async (): Promise<never> => {
  throw new Error("nothing fails here for long");
};

async function prepare(adminUrl: string, url: string) {
  await ensureRoles({ adminUrl, passwords: { owner: "owner-of-one-run", app: "app-of-one-run" } });
  await migrateUp(adminUrl);
  const appUrl = Object.assign(new URL(adminUrl), { username: "musicverse_app", password: "app-of-one-run" }).href;
  const db = createDatabase({ url: appUrl, poolMax: 10, log });
  const pools = createEgressPools({
    policy: { allowLoopback: true },
    resolve: createResolver({ timeoutMs: 1_000 }),
    timeoutMs: 5_000,
    connections: slotsMax,
    headMs: 15_000,
  });
  const kind = createDrainWork({
    metrics: createDeliveryMetrics(createMetrics().registry, { db, clock: systemClock }),
    db,
    clock: systemClock,
    emit: unused,
    notify: unused,
    keyRing,
    pools,
    slotsMax,
    concurrency: 100,
    leaseMs: 60_000,
    lingerMs: 0,
  });
  const busy = await account(db);
  const hooks = await Promise.all(Array.from({ length: endpoints }, () => endpoint(db, busy, url)));

  const drain = async (accountId: string, id: string): Promise<void> => {
    while ((await kind.due(1, [{ id, accountId }])).length > 0) {
      const claim = await kind.claim({ id, accountId });
      if (claim !== null) await kind.run(claim, context);
    }
  };
  const context = {
    log,
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    delayUntil: (): never => {
      throw new Error("a drain does not delay");
    },
  };
  let total = 0;
  const silent = createEmit({ clock: systemClock, fanOut: createFanOut({ work: { enqueue: async () => {} } }) });

  return {
    /** Deliveries per second: `count` of them lie committed, then the drains start; they end when all is durable. */
    async drainBacklog(count: number): Promise<number> {
      for (let made = 0; made < count / endpoints; made += 500) {
        await db.withTenant(busy, async (tx) => {
          await Promise.all(Array.from({ length: 500 }, () => silent(tx, { type: "track.created", data })));
        });
      }
      const startedAt = performance.now();
      await Promise.all(hooks.map((id) => drain(busy, id)));
      const seconds = (performance.now() - startedAt) / 1_000;
      const [done] = await db.asSystem("count what the benchmark delivered", (tx) =>
        tx.query<{ left: number; attempts: number }>(`
          select (select count(*)::int from webhook_deliveries where status <> 'succeeded') as left,
                 (select count(*)::int from webhook_attempts) as attempts`),
      );
      total += count;
      if (done?.left !== 0 || done.attempts !== total) throw new Error(`not all was done: ${JSON.stringify(done)}`);
      return count / seconds;
    },
    close: async () => {
      await pools.close();
      await db.close();
    },
  };
}

async function account(db: Database): Promise<string> {
  const [live, sandbox] = [newId(), newId()];
  await db.asSystem("a benchmark makes an account", (tx) =>
    tx.query(
      `insert into accounts (id, mode, twin_id, name)
     values ($1, 'live', $2, 'benchmark'), ($2, 'test', $1, 'benchmark')`,
      [live, sandbox],
    ),
  );
  return live;
}

async function endpoint(db: Database, accountId: string, url: string): Promise<string> {
  const id = newId();
  const secret = sealSecret(keyRing, accountId, id, newSecret());
  await db.withTenant(accountId, (tx) =>
    insertWebhook(tx, {
      id,
      url,
      description: null,
      event_types: null,
      ordered: false,
      ordered_on_failure: "skip",
      max_per_second: null,
      secret,
      now: new Date(),
    }),
  );
  return id;
}

/** The least that can be done: the same signature, body and number of connections, and nothing kept. */
async function bareLoop(port: number, count: number): Promise<number> {
  const origin = `http://127.0.0.1:${port}`;
  const pools = Array.from({ length: endpoints }, () => new Pool(origin, { connections: slotsMax }));
  const key = randomBytes(32);
  let left = count;
  const startedAt = performance.now();
  const slots = pools.flatMap((pool) => Array.from({ length: slotsMax }, () => pool));
  await Promise.all(
    slots.map(async (pool) => {
      while (left > 0) {
        left -= 1;
        const id = encodeId("evt", newId());
        const timestamp = String(Math.floor(Date.now() / 1_000));
        const body = JSON.stringify({ id, type: "track.created", timestamp: new Date().toISOString(), data });
        const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
        const response = await pool.request({
          method: "POST",
          path: "/hooks",
          headers: {
            "content-type": "application/json",
            "user-agent": "MusicVerse-Webhooks/1",
            accept: "*/*",
            "accept-encoding": "identity",
            "webhook-id": id,
            "webhook-timestamp": timestamp,
            "webhook-signature": `v1,${signature}`,
          },
          body,
        });
        if (response.statusCode !== 200) throw new Error(`the receiver answered ${response.statusCode}`);
        await response.body.dump();
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await Promise.all(pools.map((pool) => pool.close()));
  return count / seconds;
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once("message", (message) => resolve(message as T)));
}

if (import.meta.main) console.table(await benchWebhooks());
