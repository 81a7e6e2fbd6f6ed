import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { installPacked } from "./packed-project.ts";
import { findRuntimes } from "./runtime-binaries.ts";

const root = resolve(import.meta.dirname, "../..");
const { found: runtimes, missing } = await findRuntimes(["Node 20", "Node 22"]);
let project: string;

beforeAll(() => {
  const packed = installPacked();
  project = packed.folder;
  cpSync(join(import.meta.dirname, "user-project"), project, { recursive: true });
  return () => packed.remove();
}, 120_000);

test("installing it brings one package and no other", () => {
  expect(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["@musicverse"]);
});

describe.each(runtimes)("on $name", ({ name, program }) => {
  test.each(["esm.mjs", "cjs.cjs"])("%s does the main job", (file) => {
    const output = execFileSync(program, [file], { cwd: project, encoding: "utf8" });
    expect(output).toMatch(new RegExp(`^\\d+\\.\\d+\\.\\d+ on ${name}\\.\\d+\\.\\d+\n$`));
  });
});

test("every runtime to try it on could be had", ({ skip }) => {
  if (missing.length > 0) skip(missing.map(({ name, reason }) => `${name}: ${reason}`).join("; "));
  expect(missing).toEqual([]);
});

describe("a user's TypeScript compiles", () => {
  const modes = {
    node16: { module: "node16", moduleResolution: "node16" },
    nodenext: { module: "nodenext", moduleResolution: "nodenext" },
    bundler: { module: "preserve", moduleResolution: "bundler" },
  };
  const environments = {
    "types of Node": { lib: ["es2022"], types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
    "types of browsers": { lib: ["es2022", "dom"], types: [] },
  };
  const cases = Object.entries(modes).flatMap(([mode, modeOptions]) =>
    Object.entries(environments).flatMap(([environment, environmentOptions]) =>
      ["types.mts", "types.cts"].map((file) => ({
        mode,
        environment,
        file,
        options: { ...modeOptions, ...environmentOptions },
      })),
    ),
  );

  // The older compiler is slow, so it sees each mode and each environment once.
  test.each([
    { name: "TypeScript 7", compiler: "node_modules/typescript/bin/tsc", chosen: cases },
    {
      name: "TypeScript 5.9",
      compiler: "openapi/node_modules/typescript/bin/tsc",
      chosen: cases.filter(
        ({ mode, environment }) =>
          `${mode}, ${environment}` === "node16, types of Node" ||
          `${mode}, ${environment}` === "bundler, types of browsers",
      ),
    },
  ])(
    "with $name: ESM and CommonJS; node16, nodenext, bundler; in Node and browsers",
    ({ compiler, chosen }) => {
      expect(chosen.length).toBeGreaterThanOrEqual(4);
      for (const { mode, environment, file, options } of chosen) {
        const folder = join(project, "types", `${mode}-${environment}-${file}`.replaceAll(" ", "-"));
        mkdirSync(folder, { recursive: true });
        copyFileSync(join(project, "types.ts"), join(folder, file));
        const compilerOptions = {
          ...options,
          target: "es2022",
          strict: true,
          noEmit: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
        };
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
        expect(compile(join(root, compiler), folder), `${mode}, ${environment}, ${file}`).toBe("");
      }
    },
    180_000,
  );
});

/** What the compiler says about our declarations and the user's file; empty when nothing. */
function compile(compiler: string, folder: string): string {
  try {
    return execFileSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  } catch (error) {
    return error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
  }
}
