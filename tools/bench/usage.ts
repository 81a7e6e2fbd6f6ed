import { load, type LoadRequest } from "./load.ts";
import { makeAccounts, openBenchPlatform, type BenchPlatform } from "./platform.ts";
import { median, medianRatio, row, type BenchRow } from "./row.ts";

const ACCOUNTS = 50;
// Many short rounds: what is looked for is smaller than what a shared machine does between two of them.
const ROUNDS = 30;
const options = { seconds: 2, connections: 64 };
const WARM_UP_SECONDS = 5;

interface Side {
  url: string;
  perSecond: number[];
  cpuUs: number[];
}

/** `GET /v1/tracks/{id}` with every request recorded against the same server that records none, taking turns. */
export async function benchUsage(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  const env = { TRUST_PROXY: "1", REDIS_URL: "" };
  const accounts = await accountsOf(platform, env);
  await using recording = await platform.start("api", env);
  await using silent = await platform.start("api", { ...env, USAGE_RECORDING: "false" });
  const requests = accounts.map(({ key, trackId }): LoadRequest => ({ method: "GET", path: `/v1/tracks/${trackId}`, headers: { Authorization: `Bearer ${key}` } }));
  const [on, off] = [recording.url, silent.url].map((url): Side => ({ url, perSecond: [], cpuUs: [] })) as [Side, Side];
  for (const { url } of [on, off]) await load(url, requests, { ...options, seconds: WARM_UP_SECONDS });
  for (let round = 0; round < ROUNDS; round += 1) {
    // Whoever comes second finds caches and the disk as the first left them: each comes first in turn.
    for (const side of round % 2 ? [on, off] : [off, on]) {
      const before = await measured(side.url, "process_cpu_seconds_total");
      const { perSecond } = await load(side.url, requests, options);
      side.perSecond.push(perSecond);
      side.cpuUs.push(((await measured(side.url, "process_cpu_seconds_total") - before) * 1e6) / (perSecond * options.seconds));
    }
  }
  const counts = await settled(on.url);
  return [
    row("GET /v1/tracks/{id}, no request recorded", median(off.perSecond), "requests/s"),
    row("… every request recorded", median(on.perSecond), "requests/s"),
    row("throughput that recording takes", (1 - medianRatio(on.perSecond, off.perSecond)) * 100, "%", { atMost: 1 }),
    row("CPU time that recording adds to a request in the server", median(on.cpuUs) - median(off.cpuUs), "µs"),
    row("recorded requests", counts.accepted, "requests"),
    row("… not stored a few seconds later, or lost", counts.accepted - counts.stored, "requests", { atMost: 0 }),
  ];
}

/** Made by a server of their own, so that the two that are compared have done nothing before. */
async function accountsOf(platform: BenchPlatform, env: Record<string, string>) {
  await using server = await platform.start("api", env);
  return await makeAccounts(server.url, platform.adminUrl, ACCOUNTS);
}

async function measured(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}

/** Reading the counters is a request too, so they are read when nothing but that can wait. */
async function settled(url: string): Promise<{ accepted: number; stored: number }> {
  const seen = await measured(url, "musicverse_usage_requests_accepted_total");
  for (let time = 0; time < 100; time += 1) {
    const stored = await measured(url, "musicverse_usage_requests_stored_total");
    if (stored >= seen) return { accepted: seen, stored: seen };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { accepted: seen, stored: await measured(url, "musicverse_usage_requests_stored_total") };
}

if (import.meta.main) console.table(await benchUsage());
