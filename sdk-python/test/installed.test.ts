import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";
import { pythonWith } from "../../server/test-kit/python.ts";
import { runProgram } from "./environment.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const builder = await pythonWith("sdk-python-build", here("build-requirements.txt"));
if (builder.missing !== undefined) console.log(`skipped: ${builder.missing}`);
const python = builder.executable ?? "";
const folder = mkdtempSync(join(tmpdir(), "musicverse-python-"));
/** A clean environment with the built wheel and what it needs, and nothing else. */
const clean = join(folder, "clean", "bin", "python");
/** The same with the oldest versions of what it needs. */
const old = join(folder, "oldest", "bin", "python");
/** Away from the sources, and without a path to them. */
const outside = { cwd: folder, env: { PYTHONPATH: "" } };

describe.skipIf(builder.missing !== undefined)("the package as PyPI gives it", () => {
  let app: TestApp;

  beforeAll(async () => {
    const steps = [
      await runProgram(python, ["-m", "build", "--no-isolation", "--outdir", join(folder, "dist"), "."]),
      await runProgram(python, ["-m", "venv", join(folder, "clean")]),
      await runProgram(
        clean,
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", built(".whl")],
        outside,
      ),
    ];
    for (const { status, output } of steps) expect(status, output).toBe(0);
    writeUserCode();
    app = await startTestApp();
  }, 240_000);
  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const built = (ending: string): string =>
    join(folder, "dist", readdirSync(join(folder, "dist")).find((name) => name.endsWith(ending)) ?? ending);

  async function quickStart(environment: string): Promise<string> {
    const { testKey } = await app.signUp();
    const env = { PYTHONPATH: "", MUSICVERSE_BASE_URL: app.url, MUSICVERSE_API_KEY: testKey };
    const { status, output } = await runProgram(environment, [here("user_project/quick_start.py")], {
      cwd: folder,
      env,
    });
    expect(status, output).toBe(0);
    return output;
  }

  test("the wheel, installed alone, does the main job against a real server", async () => {
    expect(await quickStart(clean)).toMatch(/musicverse \d+\.\d+\.\d+ works\n$/);
  }, 120_000);

  test("the quick start of the README runs as it stands, sync and async", async () => {
    const [, sync = "", , asynchronous = ""] =
      /## Quick start\n\n```python\n([^]*?)```([^]*?)```python\n([^]*?)```/.exec(
        readFileSync(here("../README.md"), "utf8"),
      ) ?? [];
    const [imports = "", ...body] = asynchronous.split("\n");
    const main = `import asyncio\n${imports}\n\nasync def main():\n${body.map((line) => `    ${line}`).join("\n")}\n\nasyncio.run(main())\n`;
    const { testKey } = await app.signUp();
    for (const [name, code] of [
      ["sync.py", sync],
      ["async.py", main],
    ] as const) {
      rmSync(join(folder, "song.wav"), { force: true });
      writeFileSync(join(folder, name), code);
      const { status, output } = await runProgram(clean, [name], {
        cwd: folder,
        env: { PYTHONPATH: "", MUSICVERSE_BASE_URL: app.url, MUSICVERSE_API_KEY: testKey },
      });
      expect(status, output).toBe(0);
      expect(readFileSync(join(folder, "song.wav")).subarray(0, 4).toString()).toBe("RIFF");
    }
  }, 120_000);

  test("so does the source distribution", async () => {
    const { status, output } = await runProgram(
      clean,
      [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--force-reinstall",
        built(".tar.gz"),
      ],
      outside,
    );
    expect(status, output).toBe(0);
    expect(await quickStart(clean)).toContain(" works\n");
  }, 240_000);

  test("it works with the oldest versions of what it needs that it allows", async () => {
    const { dependencies } = await pyproject();
    const oldest = dependencies.map((dependency) => dependency.replace(/>=([\d.]+),.*/, "==$1"));
    expect(oldest.filter((requirement) => /^[\w-]+==[\d.]+$/.test(requirement))).toEqual(oldest);
    const steps = [
      await runProgram(python, ["-m", "venv", join(folder, "oldest")]),
      await runProgram(
        old,
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", built(".whl"), ...oldest],
        outside,
      ),
    ];
    for (const { status, output } of steps) expect(status, output).toBe(0);
    expect(await quickStart(old)).toContain(" works\n");
  }, 240_000);

  test("PyPI takes its metadata: twine check --strict", async () => {
    const { status, output } = await runProgram(
      python,
      ["-m", "twine", "check", "--strict", built(".whl"), built(".tar.gz")],
      outside,
    );
    expect(status, output).toBe(0);
    expect(output.match(/PASSED/g)).toHaveLength(2);
  });

  test("it holds what it should, and no test, cache or table of ours", async () => {
    const { output } = await runProgram(clean, ["-m", "zipfile", "-l", built(".whl")], outside);
    const names = output
      .split("\n")
      .slice(1)
      .map((line) => line.split(" ")[0] ?? "")
      .filter(Boolean);
    for (const name of ["musicverse/py.typed", "musicverse/__init__.py", "musicverse/_generated/models/shared.py"])
      expect(names).toContain(name);
    expect(names.filter((name) => /test|__pycache__|operations\.py|\.ts$/.test(name))).toEqual([]);
    expect(names.some((name) => name.endsWith(".dist-info/licenses/LICENSE"))).toBe(true);
  });

  test("nor does the source distribution hold any", async () => {
    const { output } = await runProgram(clean, ["-m", "tarfile", "-l", built(".tar.gz")], outside);
    const names = output
      .split("\n")
      .map((line) => line.trim().replace(/^[^/]*\//, ""))
      .filter(Boolean);
    for (const name of ["src/musicverse/py.typed", "README.md", "LICENSE", "pyproject.toml", "PKG-INFO"])
      expect(names).toContain(name);
    expect(
      names.filter(
        (name) =>
          !/^src\/musicverse\/[\w/]+\.(?:py|typed)$|^(?:README\.md|LICENSE|CHANGELOG\.md|pyproject\.toml|PKG-INFO|\.gitignore)$/.test(
            name,
          ),
      ),
    ).toEqual([]);
    expect(names.some((name) => name.endsWith("operations.py"))).toBe(false);
  });

  test("a user's program, every example and the README are clean under mypy --strict", async () => {
    const { status, output } = await runProgram(
      python,
      [
        "-m",
        "mypy",
        "--strict",
        "--warn-unused-ignores",
        "--cache-dir",
        join(folder, "mypy"),
        "--python-executable",
        clean,
        "user_project",
        "examples",
        "readme",
      ],
      outside,
    );
    expect(status, output).toBe(0);
  }, 180_000);

  test("and under pyright in its strict mode", async () => {
    const settings = {
      include: ["user_project", "examples", "readme"],
      typeCheckingMode: "strict",
      enableTypeIgnoreComments: false,
      reportUnnecessaryTypeIgnoreComment: "error",
    };
    writeFileSync(join(folder, "pyrightconfig.json"), JSON.stringify(settings));
    const pyright = createRequire(import.meta.url).resolve("pyright/index.js");
    const { status, output } = await runProgram(
      process.execPath,
      [pyright, "--verbose", "--project", folder, "--pythonpath", clean],
      outside,
    );
    expect(status, output).toBe(0);
    expect(output).toContain(
      `Found ${globSync("{user_project,examples,readme}/**/*.py", { cwd: folder }).length} source files`,
    );
  }, 180_000);
});

/** What users write with it: a program, every example, and what the README shows. */
function writeUserCode(): void {
  cpSync(here("user_project"), join(folder, "user_project"), { recursive: true });
  cpSync(here("../../examples/python"), join(folder, "examples"), { recursive: true });
  mkdirSync(join(folder, "readme"));
  const shown = [...readFileSync(here("../README.md"), "utf8").matchAll(/```python\n([^]*?)```/g)].map(
    ([, code = ""]) => code,
  );
  expect(shown.length).toBeGreaterThanOrEqual(12);
  for (const [index, code] of shown.entries())
    writeFileSync(join(folder, "readme", `shown_${index}.py`), asProgram(code));
}

/** Later parts of the README use what the first one made. */
function asProgram(code: string): string {
  const lines = code.trimEnd().split("\n");
  if (code.includes("async with"))
    return [
      lines[0],
      "",
      "",
      "async def main() -> None:",
      ...lines.slice(1).map((line) => line && `    ${line}`),
      "",
    ].join("\n");
  const needs = /\bMusicVerse\(|\bclient\./.test(code) && !code.includes("import MusicVerse");
  const client = /\bclient\./.test(code) && !code.includes("client =") ? ["client = MusicVerse()"] : [];
  return [...(needs ? ["from musicverse import MusicVerse", ...client] : []), ...lines, ""].join("\n");
}

async function pyproject(): Promise<{ dependencies: string[] }> {
  const program = 'import json, tomllib; print(json.dumps(tomllib.load(open("pyproject.toml", "rb"))["project"]))';
  return JSON.parse((await runProgram(python, ["-c", program])).output) as { dependencies: string[] };
}
