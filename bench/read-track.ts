import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { load, type LoadRequest } from "./load.ts";
import { makeAccounts, openBenchPlatform, stop } from "./platform.ts";
import { median, medianRatio, row, type BenchRow } from "./row.ts";

const ACCOUNTS = 50;
// Short rounds in quick turns: what else runs on the machine then slows both alike.
const ROUNDS = 8;
const options = { seconds: 2, connections: 64 };
const WARM_UP_SECONDS = 5;

/** `GET /v1/tracks/{id}` through the whole pipeline against bare Express with the same query, taking turns. */
export async function benchReadTrack(): Promise<BenchRow[]> {
  await using platform = await openBenchPlatform();
  const bare = spawn(
    process.execPath,
    [fileURLToPath(new URL("bare-express.ts", import.meta.url)), platform.adminUrl],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const [chunk] = (await once(bare.stdout, "data")) as [Buffer];
    const bareUrl = chunk.toString().trim();
    await using single = await platform.start("api", { TRUST_PROXY: "1", REDIS_URL: "" });
    const accounts = await makeAccounts(single.url, platform.adminUrl, ACCOUNTS);
    const bareRequests = accounts.map(({ accountId, trackUuid }): LoadRequest => ({
      method: "GET",
      path: `/v1/tracks/${accountId}/${trackUuid}`,
    }));
    const requests = accounts.map(({ key, trackId }): LoadRequest => ({
      method: "GET",
      path: `/v1/tracks/${trackId}`,
      headers: { Authorization: `Bearer ${key}` },
    }));

    const compare = async (url: string) => {
      const [ours, theirs]: [number[], number[]] = [[], []];
      await load(bareUrl, bareRequests, { ...options, seconds: WARM_UP_SECONDS });
      await load(url, requests, { ...options, seconds: WARM_UP_SECONDS });
      for (let round = 0; round < ROUNDS; round += 1) {
        theirs.push((await load(bareUrl, bareRequests, options)).perSecond);
        ours.push((await load(url, requests, options)).perSecond);
      }
      return { ours: median(ours), theirs: median(theirs), ratio: medianRatio(ours, theirs) };
    };

    const alone = await compare(single.url);
    const rows = [
      row("bare Express, one prepared query", alone.theirs, "requests/s"),
      row("GET /v1/tracks/{id}, whole pipeline, limits in process", alone.ours, "requests/s"),
      row("… against bare Express", alone.ratio, "ratio", { atLeast: 0.5 }),
    ];
    if (platform.redis) {
      await using withRedis = await platform.start("api", { TRUST_PROXY: "1" });
      const shared = await compare(withRedis.url);
      rows.push(
        row("GET /v1/tracks/{id}, whole pipeline, limits on Redis", shared.ours, "requests/s"),
        row("… against bare Express", shared.ratio, "ratio", { atLeast: 0.5 }),
      );
    }
    return rows;
  } finally {
    await stop(bare);
  }
}

if (import.meta.main) console.table(await benchReadTrack());
