// Writes every generated file of the repository, in order: each step may read what the ones before it wrote.
// All of them are committed. With --check it fails, naming the files, when any was not what it would write.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeSurface } from "../sdk-js/scripts/surface-report.mjs";
import { writeEnvExample } from "./env-example.mjs";
import { bundleContract, writeErrorCodeSchema } from "./openapi/bundle.mjs";
import { writePluginCapabilitySchema } from "./openapi/plugin-capabilities.mjs";
import { writeServerFiles } from "./openapi/server-files.mjs";
import { writeServerTypes } from "./openapi/server-types.mjs";
import { writeExamples, writePythonSdk, writeSdk } from "../sdk-generator/write-sdk.mjs";

/** What each step makes, the function that does it, the file or folder it writes.
 * @type {[name: string, run: () => unknown, path: string][]} */
const steps = [
  ["error codes", writeErrorCodeSchema, "openapi/schemas/ErrorCode.yaml"],
  ["plugins' capabilities", writePluginCapabilitySchema, "openapi/schemas/PluginCapability.yaml"],
  ["contract", bundleContract, "openapi/dist"],
  ["server types", writeServerTypes, "server/src/generated/openapi.types.ts"],
  ["server tables", writeServerFiles, "server/src/generated"],
  ["JavaScript SDK", writeSdk, "sdk-js/src/generated"],
  ["public surface of the JavaScript SDK", writeSurface, "sdk-js/src/generated/public-surface.md"],
  ["Python SDK", writePythonSdk, "sdk-python/src/musicverse/_generated"],
  ["examples", writeExamples, "examples"],
  ["settings", writeEnvExample, ".env.example"],
];

const root = fileURLToPath(new URL("..", import.meta.url));
const outputs = steps.map(([, , path]) => path);

const before = contents(outputs);
for (const [name, run, path] of steps) {
  const startedAt = performance.now();
  await run();
  console.log(`gen: ${name} → ${path} (${Math.round(performance.now() - startedAt)} ms)`);
}
const after = contents(outputs);

const everyFile = [...new Set([...before.keys(), ...after.keys()])];
const changed = everyFile.filter((path) => before.get(path) !== after.get(path)).toSorted(byName);
if (changed.length > 0) console.log(`gen: changed ${changed.join(", ")}`);
if (changed.length > 0 && process.argv.includes("--check")) {
  console.error("gen: these files were out of date; they are written anew now. Look at them and commit them.");
  process.exitCode = 1;
}

/** Order of code points, the same on every machine. */
function byName(a, b) {
  return a < b ? -1 : 1;
}

/** Path → text of every file at or below the given paths. */
function contents(paths) {
  const files = new Map();
  for (const path of paths.filter((candidate) => existsSync(join(root, candidate)))) {
    if (statSync(join(root, path)).isDirectory()) {
      for (const [file, text] of contents(readdirSync(join(root, path)).map((name) => join(path, name)))) {
        files.set(file, text);
      }
    } else {
      files.set(path, readFileSync(join(root, path), "utf8"));
    }
  }
  return files;
}
