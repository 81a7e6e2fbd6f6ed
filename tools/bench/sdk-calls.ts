import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median, medianRatio, row, type BenchRow } from "./row.ts";

const ROUNDS = 60;
const CALLS = 500;

/** One call after the other on loopback: the packed SDK against the fetch that somebody would write by hand. */
export async function benchSdkCalls(folder: string): Promise<BenchRow[]> {
  const { MusicVerse } = (await import(pathToFileURL(join(folder, "node_modules/@musicverse/sdk/dist/index.mjs")).href)) as typeof import("@musicverse/sdk");
  const server = fork(fileURLToPath(new URL("sdk-calls-server.ts", import.meta.url)));
  const [{ url }] = (await once(server, "message")) as [{ url: string }];
  const client = new MusicVerse({ apiKey: "token", baseUrl: url });
  const id = "trk_01kbq5t3v6f2zr8h1d5n7k0wej";
  const byHand = async (): Promise<unknown> => {
    const response = await fetch(`${url}/v1/tracks/${id}`, { headers: { authorization: "Bearer token", accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  };
  const sdk: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [one, other] = [await time(byHand), await time(() => client.tracks.get(id))];
    // The first round warms up.
    if (round > 0) bare.push(one);
    if (round > 0) sdk.push(other);
  }
  server.disconnect();
  return [
    row("one call with bare fetch, loopback", median(bare), "µs"),
    row("one call with the SDK, loopback", median(sdk), "µs"),
    row("the SDK adds", (medianRatio(sdk, bare) - 1) * 100, "%", { atMost: 15 }),
  ];
}

/** Microseconds per call. */
async function time(call: () => PromiseLike<unknown>): Promise<number> {
  const startedAt = performance.now();
  for (let index = 0; index < CALLS; index += 1) await call();
  return ((performance.now() - startedAt) * 1000) / CALLS;
}
