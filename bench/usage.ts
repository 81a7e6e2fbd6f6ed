import { fork } from "node:child_process";
import { once } from "node:events";
import { load, type LoadRequest } from "./load.ts";
import { makeAccounts, openBenchPlatform, type BenchPlatform } from "./platform.ts";
import { median, row, type BenchRow } from "./row.ts";
import { TURN_MS, type UsageTurns } from "./usage-turns.ts";

const ACCOUNTS = 50;
// Many short turns: what is looked for is smaller than what a shared machine does between two of them.
const PAIRS = 400;
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 8;

/** `GET /v1/tracks/{id}` with every request recorded against the same server that records none, taking turns. */
export async function benchUsage(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  const env = { TRUST_PROXY: "1", REDIS_URL: "" };
  const requests = await requestsOf(platform, env);
  const child = fork(new URL("usage-server.ts", import.meta.url), {
    execArgv: ["--conditions=musicverse-source"],
    env: { PATH: process.env["PATH"], ...platform.env, ...env, USAGE_RECORDING: "false" },
    // Its log is read and dropped, as a log collector's pipe would take it.
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  child.stdout?.resume();
  const told = async <T>(): Promise<T> => ((await once(child, "message")) as [T])[0];
  try {
    const url = await told<string>();
    await load(url, requests, { seconds: WARM_UP_SECONDS, connections: CONNECTIONS });
    const answer = told<UsageTurns>();
    child.send({ pairs: PAIRS });
    // A little longer than the turns take, so that none is without load.
    const [{ turns, accepted, stored }] = await Promise.all([
      answer,
      load(url, requests, { seconds: Math.ceil((2 * PAIRS * TURN_MS) / 1000) + 3, connections: CONNECTIONS }),
    ]);
    const cost = turns.recording.map(
      ({ perSecond: recorded }, pair) => 1 - recorded / (turns.silent[pair]?.perSecond ?? 0),
    );
    return [
      row("GET /v1/tracks/{id}, no request recorded", median(turns.silent.map((turn) => turn.perSecond)), "requests/s"),
      row("… every request recorded", median(turns.recording.map((turn) => turn.perSecond)), "requests/s"),
      row(`throughput that recording takes, mean of ${PAIRS} pairs of turns`, mean(cost) * 100, "%", { atMost: 1 }),
      row("… its standard error", standardError(cost) * 100, "%"),
      row(
        "CPU time that recording adds to a request in the server",
        mean(turns.recording.map(({ cpuUs }, pair) => cpuUs - (turns.silent[pair]?.cpuUs ?? 0))),
        "µs",
      ),
      row("recorded requests", accepted, "requests"),
      row("… not stored in the end", accepted - stored, "requests", { atMost: 0 }),
    ];
  } finally {
    child.kill();
  }
}

/** Made by a server of their own, so that the one that is measured has done nothing before. */
async function requestsOf(platform: BenchPlatform, env: Record<string, string>): Promise<LoadRequest[]> {
  await using server = await platform.start("api", env);
  const accounts = await makeAccounts(server.url, platform.adminUrl, ACCOUNTS);
  return accounts.map(({ key, trackId }) => ({
    method: "GET",
    path: `/v1/tracks/${trackId}`,
    headers: { Authorization: `Bearer ${key}` },
  }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length);
}

if (import.meta.main) console.table(await benchUsage());
