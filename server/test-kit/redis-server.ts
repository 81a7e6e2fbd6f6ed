import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** A Redis of this test's own, to be killed, frozen and flushed. Data lives in memory only: a restart forgets all. */
export interface RedisServer {
  url: string;
  /** `kill -9`, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Stops answering without closing connections; `thaw` goes on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** The name of a Redis-compatible server on the PATH, or null (the reason to skip a test). */
export function redisBinary(): string | null {
  return ["redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0) ?? null;
}

/** Null on a machine without Redis. */
export async function startRedis(): Promise<RedisServer | null> {
  return redisBinary() ? startRedisServer() : null;
}

export async function startRedisServer(): Promise<RedisServer> {
  const binary = redisBinary();
  if (!binary) throw new Error("no redis-server or valkey-server on the PATH (Debian: apt-get install redis-server)");
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "redis-"));
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const child = spawn(binary ?? "", [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--dir",
      dir,
      "--save",
      "",
      "--appendonly",
      "no",
      "--maxmemory-policy",
      "noeviction",
    ]);
    server = child;
    await new Promise<void>((resolve, reject) => {
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("Ready to accept connections")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`${binary} ended with code ${code}: ${output}`)));
    });
  }

  async function kill(): Promise<void> {
    const child = server;
    server = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    freeze: () => void server?.kill("SIGSTOP"),
    thaw: () => void server?.kill("SIGCONT"),
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
