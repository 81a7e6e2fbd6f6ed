import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface Helper {
  process: ChildProcess;
  /** Where it listens, once it does. */
  url: Promise<string>;
}

/** A part of a benchmark in a process of its own, which sends its port once it listens. */
export function startHelper(script: string): Helper {
  const helper = fork(new URL(script, import.meta.url), { execArgv: ["--conditions=musicverse-source"] });
  return { process: helper, url: once(helper, "message").then(([{ port }]) => `http://127.0.0.1:${String(port)}`) };
}
