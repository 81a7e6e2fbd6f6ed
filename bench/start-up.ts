import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { row, type BenchRow } from "./row.ts";
import { stop } from "./platform.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const PATIENCE_MS = 180_000;

/** A newcomer's first and second `npm start`, from a fresh clone of what is committed; packages come from npm's cache. */
export async function benchStartUp(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "musicverse-clone-"));
  try {
    const clone = spawnSync("git", ["clone", "--quiet", "--no-local", root, folder], { encoding: "utf8" });
    if (clone.status !== 0) throw new Error(clone.stderr);
    const fresh = await timeStart(folder);
    const warm = await timeStart(folder);
    return [
      row("fresh clone → npm start ready, packages cached", fresh, "s", { atMost: 60 }),
      row("npm start again", warm, "s", { atMost: 5 }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timeStart(folder: string): Promise<number> {
  const startedAt = performance.now();
  const env = {
    ...process.env,
    PORT: "0",
    PATH: (process.env["PATH"] ?? "")
      .split(":")
      .filter((entry) => !entry.includes("node_modules"))
      .join(":"),
  };
  const child = spawn("npm", ["start", "--silent"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const running = join(folder, ".musicverse", "running.json");
  try {
    while (!(await ready(running))) {
      if (child.exitCode !== null || performance.now() - startedAt > PATIENCE_MS)
        throw new Error(`npm start did not come up:\n${output}`);
      await delay(50);
    }
    return (performance.now() - startedAt) / 1000;
  } finally {
    await stop(child);
    while (existsSync(running)) await delay(50);
  }
}

async function ready(file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  const { url } = JSON.parse(readFileSync(file, "utf8")) as { url: string };
  return fetch(`${url}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

if (import.meta.main) console.table(await benchStartUp());
