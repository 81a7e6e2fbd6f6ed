import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Written by `npm start` while it runs. */
const runningFile = `${process.env["MUSICVERSE_STATE_DIR"] ?? `${root}.musicverse`}/running.json`;

interface Running {
  url: string;
  apiKey: string;
}

export interface Platform extends Running, AsyncDisposable {}

/** The platform named by options, the one that runs here, or a new one for the time of the demo. */
export async function openPlatform(
  { url, key }: { url?: string | undefined; key?: string | undefined },
  say: (text: string) => void,
): Promise<Platform> {
  if (url || key) {
    if (!url || !key) throw new Error("--url and --key belong together: give both, or none.");
    return { url, apiKey: key, [Symbol.asyncDispose]: async () => {} };
  }
  const running = await findRunning();
  if (running) return { ...running, [Symbol.asyncDispose]: async () => {} };
  say("no platform runs here: starting one for this demo");
  return start();
}

async function findRunning(): Promise<Running | null> {
  let running: Running;
  try {
    running = JSON.parse(readFileSync(runningFile, "utf8")) as Running;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Error(
      `${runningFile} cannot be read (${String(error)}). Stop MusicVerse, delete the file and start again.`,
      { cause: error },
    );
  }
  const answer = await fetch(`${running.url}/healthz`).catch(() => null);
  return answer?.ok ? running : null;
}

async function start(): Promise<Platform> {
  const child = spawn(process.execPath, ["--conditions=musicverse-source", "server/src/main.ts", "dev"], {
    cwd: root,
    env: { ...process.env, PORT: process.env["PORT"] ?? "0", LOG_LEVEL: "error" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    });
  const exited = new Promise<never>((_resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The platform ended with code ${code}:\n${output}`)));
  });
  exited.catch(() => undefined);
  const stop = async () => {
    if (child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  };
  process.once("SIGTERM", () => void stop().then(() => process.exit(143)));
  const deadline = Date.now() + 60_000;
  try {
    for (;;) {
      const running = await Promise.race([findRunning(), exited]);
      if (running) return { ...running, [Symbol.asyncDispose]: stop };
      if (Date.now() > deadline) throw new Error(`The platform was not ready within 60 s:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } catch (error) {
    await stop();
    throw error;
  }
}
