import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startHelper } from "./helper.ts";
import { makeAccounts, openBenchPlatform, type BenchAccount, type BenchPlatform } from "./platform.ts";
import { row, type BenchRow } from "./row.ts";

const BULK = 10_000;
const ACCOUNTS = 10;
/** Few enough that the places of one worker are not all taken by interactive work itself: a song takes two seconds. */
const PER_SECOND = 5;
const SECONDS = 40;

/** How long interactive generations wait for a worker while ten thousand of bulk wait before them. */
export async function benchLanes(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  const rows = await measure(platform, "PostgreSQL as the only service", { REDIS_URL: "" });
  return platform.redis ? [...(await measure(platform, "queue in Redis", {})), ...rows] : rows;
}

async function measure(platform: BenchPlatform, title: string, queue: Record<string, string>): Promise<BenchRow[]> {
  const provider = startHelper("provider.ts");
  const admin = new pg.Client({ connectionString: platform.adminUrl });
  await admin.connect();
  try {
    const env = { TRUST_PROXY: "1", MINIMAX_SIMULATOR_URL: await provider.url, ...queue };
    await using api = await platform.start("api", env);
    const accounts = await makeAccounts(api.url, platform.adminUrl, ACCOUNTS);
    await queueBulk(admin);
    await using _worker = await platform.start("worker", env);
    await until(async () => (await bulkIn(admin, "running")) > 0);
    const ids = await ask(api.url, accounts);
    await until(async () => (await startedAmong(admin, ids)).length === ids.length);
    const waits = (await startedAmong(admin, ids)).toSorted((a, b) => a - b);
    const left = await bulkIn(admin, "queued");
    const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0;
    return [
      row(`${title}: ${ids.length} interactive ones, accepted until taken up, p50`, at(0.5), "ms"),
      row("… p99", at(0.99), "ms", { atMost: 1_000 }),
      row("… bulk still waiting in the end", left, "generations"),
    ];
  } finally {
    await admin.query(
      "update generations set status = 'canceled', finished_at = now(), lease_token = null, lease_until = null where finished_at is null",
    );
    await admin.end();
    provider.process.kill();
  }
}

/** As if sandboxes had asked for them long ago: they are found by the sweep. */
async function queueBulk(admin: pg.Client): Promise<void> {
  const input = JSON.stringify({
    prompt: "Slow ambient strings",
    lyrics: null,
    instrumental: true,
    duration_seconds: 5,
  });
  await admin.query(
    `insert into generations (account_id, id, kind, status, lane, plugin_id, model, input, request_id)
     select a.id, gen_random_uuid(), 'music', 'queued', 'bulk', 'minimax', 'music-3.0', $2, 'req_bench'
       from (select id from accounts where mode = 'test' limit $3) a, generate_series(1, $1::integer / $3::integer)`,
    [BULK, input, ACCOUNTS],
  );
}

async function bulkIn(admin: pg.Client, status: string): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    "select count(*)::integer as count from generations where lane = 'bulk' and status = $1",
    [status],
  );
  return rows[0]?.count ?? 0;
}

/** The UUIDs of what was accepted. */
async function ask(url: string, accounts: BenchAccount[]): Promise<string[]> {
  const { decodeId } = await import("../server/src/platform/ids/index.ts");
  const body = JSON.stringify({ prompt: "Lo-fi, rainy night", instrumental: true, duration_seconds: 5 });
  const asked: Promise<string>[] = [];
  for (let index = 0; index < PER_SECOND * SECONDS; index += 1) {
    const key = accounts[index % accounts.length]?.testKey ?? "";
    asked.push(
      fetch(`${url}/v1/generate`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body,
      }).then(async (response) => {
        const generation = (await response.json()) as { id?: string };
        if (response.status !== 202) throw new Error(`not accepted: ${JSON.stringify(generation)}`);
        return decodeId("gen", generation.id ?? "") ?? "";
      }),
    );
    await sleep(1000 / PER_SECOND);
  }
  return Promise.all(asked);
}

/** How long each one that was taken up had waited, in ms. */
async function startedAmong(admin: pg.Client, ids: string[]): Promise<number[]> {
  const { rows } = await admin.query<{ ms: number }>(
    "select (extract(epoch from started_at - created_at) * 1000)::float8 as ms from generations where id = any($1) and started_at is not null",
    [ids],
  );
  return rows.map(({ ms }) => ms);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("what the benchmark waits for did not come within two minutes");
    await sleep(100);
  }
}

if (import.meta.main) console.table(await benchLanes());
