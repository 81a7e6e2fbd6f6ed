import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { pythonWith } from "../../server/test-kit/python.ts";
import { snake } from "../../sdk-generator/names.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface Program {
  file: string;
  env: Record<string, string>;
  /** Where it runs. */
  folder: string;
}

/** One process that runs programs in turn, so that the language starts only once. */
export interface Runner {
  /** What a program ended with; null when it came to its end. */
  run(program: Program): Promise<string | null>;
  close(): Promise<void>;
}

export interface Language {
  name: string;
  /** Below the folder of examples, as those that follow. */
  fileOf(operationId: string): string;
  /** Of a task that is shown whole, such as "generate-music". */
  taskFile(task: string): string;
  /** How to start a program on its own. */
  command: [program: string, ...args: string[]];
  env: Record<string, string>;
  start(): Runner;
}

/** JavaScript, and Python where there is one; without it, it says why. */
export async function languages(): Promise<Language[]> {
  const javascript: Language = {
    name: "JavaScript",
    fileOf: (id) => `javascript/operations/${id}.mjs`,
    taskFile: (task) => `javascript/${task}.mjs`,
    command: [process.execPath, "--conditions=musicverse-source"],
    env: {},
    start: () => startRunner([...javascript.command, path("run.mjs")], {}),
  };
  const python = await pythonWith("examples", path("../contract/python/requirements.txt"));
  if (python.missing !== undefined) {
    console.log(`skipped, the examples in Python: ${python.missing}`);
    return [javascript];
  }
  const { executable } = python;
  const env = { PYTHONPATH: path("../../sdk-python/src"), PYTHONDONTWRITEBYTECODE: "1" };
  return [
    javascript,
    {
      name: "Python",
      fileOf: (id) => `python/operations/${snake(id)}.py`,
      taskFile: (task) => `python/${task.replaceAll("-", "_")}.py`,
      command: [executable],
      env,
      start: () => startRunner([executable, path("run.py")], env),
    },
  ];
}

function startRunner([program = "", ...args]: string[], env: Record<string, string>): Runner {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["pipe", "ignore", "inherit", "pipe"] });
  const answers = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  return {
    async run(order) {
      child.stdin?.write(`${JSON.stringify(order)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the process of the examples ended at ${order.file}`);
      return (JSON.parse(value) as { error: string | null }).error;
    },
    async close() {
      const ended = child.exitCode === null ? once(child, "exit") : null;
      child.stdin?.end();
      await ended;
    },
  };
}
