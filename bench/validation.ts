import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import autocannon from "autocannon";
import { encodeId, newId } from "../server/src/platform/ids/index.ts";
import { median, row, type BenchRow } from "./row.ts";

const ROUNDS = 5;
const REQUESTS = 30_000;

const cases = [
  {
    name: "GET with path and query",
    requests: [
      { method: "GET" as const, path: `/v1/webhooks/${encodeId("whk", newId())}/deliveries?limit=50&status=failed` },
    ],
  },
  {
    name: "POST with a JSON body",
    requests: [
      {
        method: "POST" as const,
        path: "/v1/generate",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          prompt: "Lo-fi, rainy night, soft piano",
          lyrics: "[Verse]\nRain on the window",
          duration_seconds: 30,
          title: "Rain",
        }),
      },
    ],
  },
];

/** CPU that validation adds to a request: the same pipeline with and without it, each in its own process, taking turns. */
export async function benchValidation(): Promise<BenchRow[]> {
  const kinds = ["none", "ours", "reference"] as const;
  const servers = new Map(await Promise.all(kinds.map(async (kind) => [kind, await start(kind)] as const)));
  try {
    const rows: BenchRow[] = [];
    for (const { name, requests } of cases) {
      const perRequest = { none: [] as number[], ours: [] as number[], reference: [] as number[] };
      for (let round = 0; round <= ROUNDS; round += 1) {
        for (const kind of kinds) {
          const server = servers.get(kind);
          if (!server) throw new Error(`no server ${kind}`);
          const before = await cpuOf(server.child);
          const result = await autocannon({ url: server.url, connections: 16, amount: REQUESTS, requests });
          if (result.non2xx > 0) throw new Error(`${kind} refused the benchmark's own request`);
          // The first round warms up.
          if (round > 0) perRequest[kind].push(((await cpuOf(server.child)) - before) / REQUESTS);
        }
      }
      const added = (kind: "ours" | "reference") =>
        median(perRequest[kind].map((value, index) => value - (perRequest.none[index] ?? 0)));
      rows.push(
        row(`${name}: the pipeline without validation`, median(perRequest.none), "µs CPU/request"),
        row(`${name}: validation adds`, added("ours"), "µs CPU/request", { atMost: 40 }),
        row(`${name}: express-openapi-validator would add`, added("reference"), "µs CPU/request"),
      );
    }
    return rows;
  } finally {
    for (const { child } of servers.values()) child.kill();
  }
}

async function start(kind: string) {
  const child = fork(new URL("validation-server.ts", import.meta.url), [kind], {
    execArgv: ["--conditions=musicverse-source"],
  });
  const [{ url }] = (await once(child, "message")) as [{ url: string }];
  return { child, url };
}

/** Microseconds of CPU the process has used, system time included. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send("cpu");
  const [{ cpu }] = (await once(child, "message")) as [{ cpu: NodeJS.CpuUsage }];
  return cpu.user + cpu.system;
}

if (import.meta.main) console.table(await benchValidation());
