import pg from "pg";
import { load, type LoadRequest } from "./load.ts";
import { makeAccounts, openBenchPlatform } from "./platform.ts";
import { median, medianRatio, row, type BenchRow } from "./row.ts";

/** Sandboxes, each of which may have 200 generations waiting. */
const ACCOUNTS = 100;
const ROUNDS = 3;
const CONNECTIONS = 64;
/** As many as the API has connections to its database, so that both profit alike from group commit. */
const INSERTING = 10;
const SECONDS = 5;

/**
 * Generations accepted (202, durable) per second against single-row inserts of the same Postgres, taking turns. The inserts
 * have no HTTP, limits, policies, references or queue, and share the two cores with nobody else.
 */
export async function benchAccept(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  await using api = await platform.start("api", { TRUST_PROXY: "1" });
  const accounts = await makeAccounts(api.url, platform.adminUrl, ACCOUNTS);
  const body = JSON.stringify({
    prompt: "Lo-fi, rainy night, soft piano",
    lyrics: "[Verse]\nRain on the window",
    duration_seconds: 30,
  });
  const requests = accounts.map(({ testKey }): LoadRequest => ({
    method: "POST",
    path: "/v1/generate",
    headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
    body,
  }));
  const inserts = await openInserts(platform.adminUrl, body);
  const [accepted, inserted, insertedAlone]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const aloneRate = await inserts.run(SECONDS, 1);
    const insertRate = await inserts.run(SECONDS, INSERTING);
    await inserts.endGenerations();
    const { perSecond } = await load(api.url, requests, { seconds: SECONDS, connections: CONNECTIONS });
    if (round === 0) continue;
    insertedAlone.push(aloneRate);
    inserted.push(insertRate);
    accepted.push(perSecond);
  }
  await inserts.close();
  return [
    row("single-row inserts, each committed, one client", median(insertedAlone), "rows/s"),
    row(`single-row inserts, each committed, ${INSERTING} clients`, median(inserted), "rows/s"),
    row("generations accepted (202, durable, enqueued)", median(accepted), "requests/s"),
    row(`… against ${INSERTING} inserting clients`, medianRatio(accepted, inserted), "ratio", { atLeast: 0.3 }),
    row("… against one inserting client", medianRatio(accepted, insertedAlone), "ratio", { atLeast: 0.3 }),
  ];
}

async function openInserts(adminUrl: string, payload: string) {
  const pool = new pg.Pool({ connectionString: adminUrl, max: INSERTING });
  await pool.query(
    "create table bench_inserts (id uuid primary key default gen_random_uuid(), payload json not null, created_at timestamptz not null default now())",
  );
  return {
    run: async (seconds: number, clients: number): Promise<number> => {
      const until = performance.now() + seconds * 1000;
      let count = 0;
      await Promise.all(
        Array.from({ length: clients }, async () => {
          while (performance.now() < until) {
            await pool.query({
              name: "insert",
              text: "insert into bench_inserts (payload) values ($1)",
              values: [payload],
            });
            count += 1;
          }
        }),
      );
      return count / seconds;
    },
    /** No worker runs; as if all had been made. */
    endGenerations: async () => {
      await pool.query(
        "update quota_entries set outcome = 'charged', settled_at = now(), lease_until = null where outcome = 'reserved'",
      );
      await pool.query("update quota_accounts set epoch = nextval('quota_epochs')");
    },
    close: () => pool.end(),
  };
}

if (import.meta.main) console.table(await benchAccept());
