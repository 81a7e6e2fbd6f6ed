import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const serverDirectory = fileURLToPath(new URL("../", import.meta.url));

/** A real server process of this test, to be killed. */
export interface ServerProcess {
  /** Where an `api` listens, and a worker with WORKER_PORT; else "". */
  url: string;
  pid: number | undefined;
  /** As a power cut does it. */
  kill9(): Promise<void>;
  /** As an orchestrator does it; resolves with the exit code. */
  terminate(): Promise<number | null>;
}

/** Starts `main.ts api` or `main.ts worker` with exactly this environment and waits until it says that it is ready. */
export async function startProcess(
  command: "api" | "worker",
  env: Record<string, string>,
  options: string[] = [],
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ["--conditions=musicverse-source", "src/main.ts", command, ...options], {
    cwd: serverDirectory,
    env: { PATH: process.env["PATH"], ...env, LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  const listen = (chunk: Buffer) => {
    output += chunk.toString();
    const url = /"url":"(http:[^"]+)","msg":"(?:API|worker metrics and health endpoints) listening"/.exec(output)?.[1];
    if (output.includes('"API listening"') || output.includes('"worker started"')) resolve(url ?? "");
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const exited = new Promise<number | null>((done) => child.once("close", done)); // not "exit": its last lines may not have been read by then
  void exited.then((code) => {
    keepOutput(output);
    reject(new Error(`${command} ended with code ${code}:\n${output.slice(-2000)}`));
  });
  const url = await ready;
  const end = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return exited;
  };
  return { url, pid: child.pid, kill9: async () => void (await end("SIGKILL")), terminate: () => end("SIGTERM") };
}

function keepOutput(output: string): void {
  const folder = process.env["MUSICVERSE_TEST_OUTPUT"];
  if (folder) appendFileSync(join(folder, "processes.log"), output);
}
