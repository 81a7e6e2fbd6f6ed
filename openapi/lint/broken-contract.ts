// Lints copies of the contract that were broken on purpose.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";

/** Any YAML value; tests reach into it. */
export interface Yaml {
  [key: string]: Yaml | undefined;
}

/** A change to one file of the contract; `file` is relative to openapi/. */
export interface Breakage {
  file: string;
  change(content: Yaml): void;
}

export const edit = (file: string, change: (content: Yaml) => void): Breakage => ({ file, change });

/** Sets fields of the object at `path`. */
export const set = (file: string, path: string[], values: object): Breakage =>
  edit(file, (content) => Object.assign(at(content, path), values));

/** Removes what is at `path`. */
export const drop = (file: string, ...path: string[]): Breakage =>
  edit(file, (content) => delete at(content, path.slice(0, -1))[path.at(-1) ?? ""]);

/** Removes the reference to a shared parameter. */
export const dropParameter = (file: string, name: string): Breakage =>
  edit(file, (content) => {
    const references = Object.values(content.parameters ?? {});
    const parameters = references.filter((entry) => !JSON.stringify(entry?.$ref ?? "").endsWith(`/${name}.yaml"`));
    Object.assign(content, { parameters });
  });

function at(content: Yaml, path: string[]): Yaml {
  const [key, ...rest] = path;
  if (key === undefined) return content;
  const next = content[key];
  if (next === undefined) throw new Error(`The contract has no ${key} here; adapt the test to it.`);
  return at(next, rest);
}

const contract = fileURLToPath(new URL("..", import.meta.url));
const NOT_COPIED = ["dist", "lint", "node_modules"];
const cli = join(createRequire(import.meta.url).resolve("@redocly/cli/package.json"), "../bin/cli.js");

/** Copies the contract, breaks the copy and lints it. Returns the rules that found something, with their messages. */
export async function lintBroken(breakages: Breakage[]): Promise<Map<string, string[]>> {
  const dir = await mkdtemp(join(tmpdir(), "musicverse-lint-"));
  try {
    await cp(contract, dir, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
    const plugins = [join(contract, "lint/plugin.ts")];
    for (const { file, change } of [set("redocly.yaml", [], { plugins }), ...breakages]) {
      const content: Yaml = parse(await readFile(join(dir, file), "utf8"));
      change(content);
      await writeFile(join(dir, file), stringify(content, { aliasDuplicateObjects: false }));
    }
    return await lint(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function lint(dir: string): Promise<Map<string, string[]>> {
  const args = [cli, "lint", join(dir, "openapi.yaml"), "--config", join(dir, "redocly.yaml"), "--format", "json"];
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  // Exit code 1 means findings; they are on stdout either way.
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 64_000_000 }).catch(
    (error: { stdout: string }) => error,
  );
  const { problems }: { problems: { ruleId: string; message: string }[] } = JSON.parse(stdout);
  const byRule = Map.groupBy(problems, (problem) => problem.ruleId);
  return new Map([...byRule].map(([rule, found]) => [rule, found.map((problem) => problem.message)]));
}
