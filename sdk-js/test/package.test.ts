import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const sdk = resolve(import.meta.dirname, "..");
const root = resolve(sdk, "..");
const project = mkdtempSync(join(tmpdir(), "musicverse-user-"));

/** Packs what would be published and installs it as a user does. */
beforeAll(() => {
  execFileSync(join(root, "node_modules/.bin/tsdown"), ["--logLevel", "warn", "--out-dir", join(project, "dist")], {
    cwd: sdk,
  });
  // A copy, so that other work on the package's own dist is not disturbed.
  const copy = join(project, "package");
  cpSync(join(project, "dist"), join(copy, "dist"), { recursive: true });
  for (const file of ["package.json", "README.md", "LICENSE"]) copyFileSync(join(sdk, file), join(copy, file));
  execFileSync("npm", ["pack", "--pack-destination", project], { cwd: copy, stdio: "pipe" });
  const tarball = readdirSync(project).find((name) => name.endsWith(".tgz")) ?? "";
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", private: true }));
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${tarball}`], {
    cwd: project,
    stdio: "pipe",
  });
  cpSync(join(import.meta.dirname, "user-project"), project, { recursive: true });
}, 120_000);
afterAll(() => rmSync(project, { recursive: true }));

test("installing it brings one package and no other", () => {
  expect(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["@musicverse"]);
});

/** Every Node on this machine, the oldest first: ours, and those that the user's own PATH has. */
const runtimes = new Map<string, string>();
for (const folder of [join(root, "node_modules/.bin"), ...(process.env.PATH ?? "").split(delimiter)]) {
  const node = join(folder, "node");
  if (!existsSync(node)) continue;
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  if (!runtimes.has(version)) runtimes.set(version, node);
}
const majors = [...runtimes.keys()].map((version) => Number(/\d+/.exec(version)?.[0]));
if (!majors.includes(20)) console.warn(`Not tested on Node 20: the PATH has only ${[...runtimes.keys()].join(", ")}.`);

describe.each([...runtimes])("on Node %s", (version, node) => {
  test.each(["esm.mjs", "cjs.cjs"])("%s does the main job", (file) => {
    const output = execFileSync(node, [file], { cwd: project, encoding: "utf8" });
    expect(output).toMatch(new RegExp(`^\\d+\\.\\d+\\.\\d+ on Node ${version.slice(1)}\n$`));
  });
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
