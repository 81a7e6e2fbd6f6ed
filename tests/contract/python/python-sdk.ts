import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ClientOptions, MusicVerse } from "@musicverse/sdk";
import { redisUrl, type SdkUnderTest } from "../../../server/test-kit/app.ts";
import { pythonWith } from "../../../server/test-kit/python.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Answer {
  id: number;
  reached: [method: string, url: string][];
  result?: unknown;
  error?: { message: string };
}
interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * The JavaScript SDK (null), and both clients of the Python SDK where there is a Python; without one it says why. The pass
 * without Redis is about the server: there the JavaScript SDK has to do, for time.
 */
export async function everySdk(): Promise<[name: string, sdk: (() => SdkUnderTest) | null][]> {
  if (redisUrl() === null) return [["the JavaScript SDK", null]];
  const python = await pythonWith("sdk-contract", path("requirements.txt"));
  if (python.missing === undefined)
    return [
      ["the JavaScript SDK", null],
      ["the Python SDK", () => pythonSdk(python.executable, "sync")],
      ["the async Python SDK", () => pythonSdk(python.executable, "async")],
    ];
  console.log(`skipped, the Python SDK: ${python.missing}`);
  return [["the JavaScript SDK", null]];
}

/** Clients that look like those of the JavaScript SDK, and make their calls with the Python one. */
function pythonSdk(executable: string, flavour: "sync" | "async"): SdkUnderTest {
  const env = { ...process.env, PYTHONPATH: path("../../../sdk-python/src"), PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(executable, [path("agent.py"), flavour], { env, stdio: ["pipe", "pipe", "inherit"] });
  const pending = new Map<number, Pending>();
  let onReached: (method: string, url: string) => void = () => undefined;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, reached, result, error } = JSON.parse(line) as Answer;
    for (const [method, url] of reached) onReached(method, url);
    const { resolve, reject } = pending.get(id) ?? {};
    pending.delete(id);
    if (error) reject?.(Object.assign(new Error(error.message), error));
    else resolve?.(shown(result));
  });
  child.on("exit", (code) => {
    for (const { reject } of pending.values()) reject(new Error(`the Python process ended with code ${code}`));
  });
  let lastId = 0;
  const call = (order: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (child.exitCode !== null) return reject(new Error("the Python process has ended"));
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id: lastId, ...order }, marshal)}\n`);
    });
  return {
    client(options, reached) {
      onReached = reached;
      return pythonClient(options, call);
    },
    close: () => ended(child),
  };
}

function pythonClient(
  { apiKey, baseUrl, retriesMax, defaultHeaders }: ClientOptions,
  call: (order: object) => Promise<unknown>,
): MusicVerse {
  const client = { apiKey: apiKey ?? null, baseUrl, retriesMax, ...(defaultHeaders && { defaultHeaders }) };
  const members = (make: (name: string) => unknown): object =>
    new Proxy({}, { get: (_, name) => (typeof name === "string" && name !== "then" ? make(name) : undefined) });
  const sdk = members((resource) =>
    members(
      (method) =>
        (...args: unknown[]) =>
          walkable(call({ client, resource, method, args })),
    ),
  );
  return sdk as MusicVerse;
}

/** A promise that can also be iterated as what it promises. */
function walkable(result: Promise<unknown>): unknown {
  return Object.assign(result, {
    async *[Symbol.asyncIterator]() {
      yield* (await result) as Iterable<unknown>;
    },
  });
}

function marshal(this: unknown, _key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString("base64") } : value;
}

function shown(result: unknown): unknown {
  if (typeof result !== "object" || result === null) return result ?? undefined;
  if ("$bytes" in result) {
    const bytes = new Uint8Array(Buffer.from(String(result.$bytes), "base64"));
    return { arrayBuffer: () => Promise.resolve(bytes.buffer) };
  }
  return "$events" in result ? result.$events : result;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => void child.once("exit", resolve));
  child.stdin?.end();
  await gone;
}
