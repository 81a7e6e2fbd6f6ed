import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median, row, type BenchRow } from "./row.ts";

const WARM_UP = 3_000;
const CALLS = 20_000;

/** One call after the other on loopback: the packed SDK against the fetch that somebody would write by hand. */
export async function benchSdkCalls(folder: string): Promise<BenchRow[]> {
  const { MusicVerse } = (await import(
    pathToFileURL(join(folder, "node_modules/@musicverse/sdk/dist/index.mjs")).href
  )) as typeof import("@musicverse/sdk");
  const server = fork(fileURLToPath(new URL("sdk-calls-server.ts", import.meta.url)));
  const [{ url }] = (await once(server, "message")) as [{ url: string }];
  const client = new MusicVerse({ apiKey: "token", baseUrl: url });
  const id = "trk_01kbq5t3v6f2zr8h1d5n7k0wej";
  const byHand = async (): Promise<unknown> => {
    const response = await fetch(`${url}/v1/tracks/${id}`, {
      headers: { authorization: "Bearer token", accept: "application/json" },
    });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  };
  const sdk: number[] = [];
  const bare: number[] = [];
  for (let call = 0; call < WARM_UP + CALLS; call += 1) {
    // In turns, so that a slow moment of the machine meets both; the median leaves out those that met only one.
    const early = call % 2 ? await time(byHand) : 0;
    const own = await time(() => client.tracks.get(id));
    const hand = early || (await time(byHand));
    if (call < WARM_UP) continue;
    bare.push(hand);
    sdk.push(own);
  }
  server.disconnect();
  return [
    row("one call with bare fetch, loopback", median(bare), "µs"),
    row("one call with the SDK, loopback", median(sdk), "µs"),
    row("the SDK adds", (median(sdk) / median(bare) - 1) * 100, "%", { atMost: 15 }),
  ];
}

/** Microseconds. */
async function time(call: () => PromiseLike<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return (performance.now() - startedAt) * 1000;
}
