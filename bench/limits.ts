import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import autocannon from "autocannon";
import { pino } from "pino";
import { connectRedis, whenReady } from "../server/src/platform/redis/index.ts";
import { measureOutage } from "../server/test-kit/limiter-outage.ts";
import { makeAccounts, openBenchPlatform, type BenchPlatform } from "./platform.ts";
import { median, row, type BenchRow } from "./row.ts";

const ACCOUNTS = 50;
const ROUNDS = 5;
const REQUESTS = 20_000;
const COUNTED = 2000;

/**
 * CPU that authentication and limits add to a request when the credential is cached: the same pipeline with and without
 * them, each in its own process, taking turns. Then what is admitted in all when Redis goes away under load.
 */
export async function benchLimits(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  const rows = platform.redis ? await benchChecks(platform) : [];
  if (!platform.redis) return rows;
  for (const outage of ["hang", "crash"] as const) {
    const { total, limit } = await measureOutage({
      outage,
      limit: 3000,
      processes: 3,
      askedBefore: "all",
      usedBefore: 0.4,
    });
    rows.push(
      row(
        `Redis ${outage === "hang" ? "hangs" : "is killed, comes back empty"}: admitted by 3 processes, against the limit`,
        total / limit,
        "ratio",
        { atMost: 1.2 },
      ),
    );
    const worst = await measureOutage({ outage, limit: 3000, processes: 3, askedBefore: "one", usedBefore: 0.7 });
    rows.push(
      row("… when two of them had not seen the account before", worst.total / worst.limit, "ratio", {
        atMost: worst.bound / worst.limit + 0.02,
      }),
    );
  }
  return rows;
}

async function benchChecks(platform: BenchPlatform): Promise<BenchRow[]> {
  const requests = await withKeys(platform);
  const servers = { without: await start("without", platform), with: await start("with", platform) };
  const redis = connectRedis({ url: platform.env["REDIS_URL"] ?? "", use: "limiter", log: pino({ level: "silent" }) });
  await whenReady(redis, 5000);
  try {
    const cpu: Record<keyof typeof servers, number[]> = { without: [], with: [] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const kind of ["without", "with"] as const) {
        const before = await cpuOf(servers[kind].child);
        await ask(servers[kind].url, requests, REQUESTS);
        // The first round warms up.
        if (round > 0) cpu[kind].push(((await cpuOf(servers[kind].child)) - before) / REQUESTS);
      }
    }
    const commands = await countCommands(redis, () => ask(servers.with.url, requests, COUNTED));
    return [
      row("the pipeline without authentication and limits", median(cpu.without), "µs CPU/request"),
      row(
        "authentication and limits add, credential cached",
        median(cpu.with.map((value, index) => value - (cpu.without[index] ?? 0))),
        "µs CPU/request",
        { atMost: 60 },
      ),
      row("commands sent to Redis per request", commands / COUNTED, "commands", { atMost: 1.01 }),
    ];
  } finally {
    redis.disconnect();
    for (const { child } of Object.values(servers)) child.kill();
  }
}

async function withKeys(platform: BenchPlatform) {
  await using api = await platform.start("api", { TRUST_PROXY: "1" });
  const accounts = await makeAccounts(api.url, platform.adminUrl, ACCOUNTS);
  return accounts.map(({ key }) => ({
    method: "GET" as const,
    path: "/v1/profile",
    headers: { authorization: `Bearer ${key}` },
  }));
}

async function ask(url: string, requests: autocannon.Request[], amount: number): Promise<void> {
  const result = await autocannon({ url, connections: 16, amount, requests });
  if (result.non2xx > 0) throw new Error("the benchmark's own requests were refused");
}

/** What clients sent while `work` ran, not what scripts called; a process's word that it is there every two seconds included. */
async function countCommands(redis: ReturnType<typeof connectRedis>, work: () => Promise<void>): Promise<number> {
  const monitor = await redis.monitor();
  let commands = 0;
  // "lua" in place of an address: called by a script.
  monitor.on("monitor", (_time: string, _command: string[], source: string) => {
    if (source !== "lua") commands += 1;
  });
  await work();
  await redis.ping();
  monitor.disconnect();
  return commands;
}

async function start(kind: "with" | "without", { env }: BenchPlatform) {
  const child = fork(new URL("limits-server.ts", import.meta.url), [kind], {
    execArgv: ["--conditions=musicverse-source"],
    env: { PATH: process.env["PATH"], ...env },
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

if (import.meta.main) console.table(await benchLimits());
