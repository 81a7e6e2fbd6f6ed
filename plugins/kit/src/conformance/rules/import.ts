import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Rule } from "../subject.ts";

/** Runs in a process of its own: imports the module with everything watched that an import must not touch. */
const probe = `
// The host has the kit loaded already: what that leaves behind is not the plugin's doing.
await import("@musicverse/plugin-kit");
const seen = [];
const { createRequire, syncBuiltinESMExports } = process.getBuiltinModule("node:module");
const watch = (object, names, what) => {
  for (const name of names) {
    const original = object[name];
    object[name] = function (...rest) { seen.push(what + " (" + name + ")"); return original.apply(this, rest); };
  }
};
const builtin = (name) => process.getBuiltinModule("node:" + name);
watch(builtin("net").Socket.prototype, ["connect"], "opens a connection");
watch(builtin("net").Server.prototype, ["listen"], "listens on a port");
watch(builtin("dns"), ["lookup", "resolve"], "asks DNS");
const starting = ["spawn", "exec", "execFile", "fork", "spawnSync", "execFileSync", "execSync"];
watch(builtin("child_process"), starting, "starts a process");
const writing = ["writeFile", "appendFile", "mkdir", "rm"];
watch(builtin("fs"), ["createWriteStream", ...writing, ...writing.map((name) => name + "Sync")], "writes files");
watch(builtin("fs").promises, writing, "writes files");
watch(process.stdout, ["write"], "prints");
watch(process.stderr, ["write"], "prints");
syncBuiltinESMExports();
const state = () => ({
  "a global variable": Object.getOwnPropertyNames(globalThis),
  "the environment": Object.entries(process.env).map(String),
  "a process listener": process.eventNames().flatMap((name) => Array(process.listenerCount(name)).fill(String(name))),
  "a timer or open handle": process.getActiveResourcesInfo(),
});
const before = state();
const timers = ["setTimeout", "setInterval", "setImmediate"];
watch(globalThis, timers, "starts a timer");
await import(process.argv[1]);
const after = state();
for (const [what, items] of Object.entries(after)) {
  const left = [...before[what]];
  for (const item of items) {
    const index = left.indexOf(item);
    if (index >= 0) left.splice(index, 1);
    else seen.push("leaves " + what + " behind: " + item);
  }
}
process.send(seen, () => process.exit(0));
`;

export const importRule: Rule = {
  id: "import",
  level: "bronze",
  title: "importing the plugin does nothing: no network, file, timer, output, global or listener",
  async check({ options }) {
    const parameters = [...(options.nodeArguments ?? []), "--input-type=module", "--eval", probe, options.module];
    const directory = fileURLToPath(new URL(".", options.module));
    assert.deepEqual(await effectsOf(parameters, directory), [], "move this into the functions that need it");
  },
};

/** What the probe saw. It answers over a channel of its own, so that printing is an effect like any other. */
async function effectsOf(parameters: string[], cwd: string): Promise<unknown> {
  const child = spawn(process.execPath, parameters, {
    cwd,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    // Inherited options (a debugger's, a test runner's) would be effects of theirs.
    env: { PATH: process.env["PATH"] },
    timeout: 20_000,
  });
  const trouble = child.stderr ? textOf(child.stderr) : Promise.resolve("");
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  child.once("message", resolve);
  child.once("error", reject);
  child.once("exit", async (code) => reject(new Error(`the import ended the process with ${code}: ${await trouble}`)));
  return promise;
}
