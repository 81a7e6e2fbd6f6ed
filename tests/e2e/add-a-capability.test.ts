import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";

// CONTRIBUTING, "Add a capability", done to a copy of the sources: which of the files that were there before have to change?

const root = fileURLToPath(new URL("../..", import.meta.url));
let copy: string;
let app: TestApp;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "musicverse-capability-"));
  const parts = ["openapi", "server", "tools", "package.json", "tsconfig.base.json"];
  const filter = (path: string) => !path.endsWith("/node_modules");
  await Promise.all(parts.map((part) => cp(join(root, part), join(copy, part), { recursive: true, filter })));
  for (const folder of ["node_modules", "openapi/node_modules"]) await symlink(join(root, folder), join(copy, folder));
  // The server of the copy obeys the contract of the copy.
  await mkdir(join(copy, "server/node_modules/@musicverse"), { recursive: true });
  await symlink(join(copy, "openapi"), join(copy, "server/node_modules/@musicverse/openapi"));
  app = await startTestApp({ api: false, worker: false });
});
afterAll(async () => {
  await app?.close();
  await rm(copy, { recursive: true, force: true });
});

/** The capability's own folder, and its operation. */
const added = {
  "openapi/paths/toys/countToys.yaml": `operationId: countToys
tags: [toys]
summary: Count toys
description: How many toys there are.
security: []
x-rate-class: none
responses:
  "200":
    description: Their number.
    content:
      application/json:
        schema: { type: object, required: [count], properties: { count: { type: integer } } }
`,
  "server/src/features/toys/countToys.ts": `import { ok, type Handler } from "../../platform/http/operation.ts";

export const countToys = (): Handler<"countToys"> => async () => ok({ count: 3 });
`,
  "server/src/features/toys/slice.ts": `import type { Services } from "../../services.ts";
import type { Slice } from "../../slice.ts";
import { countToys } from "./countToys.ts";

export const toysSlice = ({ log }: Services) =>
  ({
    api: () => ({ routes: { countToys: countToys() } }),
    chores: [{ name: "tidy up", everyMs: 60_000, run: async () => log.info("the toys are tidied up") }],
  }) satisfies Slice;
`,
};

/** What changes elsewhere: file → [after this text, these lines]. */
const changed: Record<string, [after: string, lines: string][]> = {
  "openapi/openapi.yaml": [
    ["\ntags:\n", "  - name: toys\n    description: Toys.\n"],
    ["\npaths:\n", "  /v1/toys:\n    get: { $ref: paths/toys/countToys.yaml }\n"],
  ],
  "server/src/slices.ts": [
    ["", `import { toysSlice } from "./features/toys/slice.ts";\n`],
    ["  return {\n    platform: platformSlice(services),\n", "    toys: toysSlice(services),\n"],
  ],
};

async function change(file: string): Promise<void> {
  let text = await readFile(join(copy, file), "utf8");
  for (const [after, lines] of changed[file] ?? []) {
    expect(text, file).toContain(after);
    text = text.replace(after, after + lines);
  }
  await writeFile(join(copy, file), text);
}

async function run(cwd: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 2 ** 24 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

const generate = `
  const { bundleContract } = await import("./tools/openapi/bundle.mjs");
  const { writeServerFiles } = await import("./tools/openapi/server-files.mjs");
  const { writeServerTypes } = await import("./tools/openapi/server-types.mjs");
  await bundleContract(); await writeServerTypes(); await writeServerFiles();`;
const compile = () => run(copy, join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", "server/main.json");

/** Runs the copy's command until it says this. */
async function runUntil(
  command: "api" | "worker",
  said: RegExp,
): Promise<{ match: RegExpExecArray; stop: () => void }> {
  const child = spawn(process.execPath, ["--conditions=musicverse-source", "src/main.ts", command], {
    cwd: join(copy, "server"),
    env: { PATH: process.env["PATH"], ...app.env, LOG_LEVEL: "info" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const match = await expect
    .poll(() => said.exec(output), { message: `${command} says ${said}` })
    .not.toBeNull()
    .then(
      () => said.exec(output) as RegExpExecArray,
      (error: unknown) => {
        child.kill();
        throw new Error(`${command} said only:\n${output}`, { cause: error });
      },
    );
  return { match, stop: () => void child.kill() };
}

test("a capability is a folder, its operations, and lines in two files that were there before; it runs", async () => {
  expect(Object.keys(changed)).toHaveLength(2);
  const walkThrough = /\*\*Add a capability\.\*\*[\s\S]*?\n\n/.exec(
    await readFile(join(root, "CONTRIBUTING.md"), "utf8"),
  )?.[0];
  for (const file of Object.keys(changed)) expect(walkThrough).toContain(`\`${file}\``);

  await writeFile(join(copy, "server/main.json"), `{ "extends": "../tsconfig.base.json", "include": ["src/main.ts"] }`);
  for (const [file, text] of Object.entries(added)) {
    await mkdir(dirname(join(copy, file)), { recursive: true });
    await writeFile(join(copy, file), text);
  }
  await change("openapi/openapi.yaml");
  expect(await run(copy, "--conditions=musicverse-source", "--input-type=module", "--eval", generate)).toBe("");
  expect(await compile(), "an operation that no slice has").toContain("Property 'countToys' is missing");

  await change("server/src/slices.ts");
  expect(await compile()).toBe("");

  const api = await runUntil("api", /"url":"(http:[^"]+)","msg":"API listening"/);
  expect(await (await fetch(`${api.match[1]}/v1/toys`)).json()).toEqual({ count: 3 });
  api.stop();
  (await runUntil("worker", /the toys are tidied up/)).stop();
});
