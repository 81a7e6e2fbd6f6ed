import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compareSurfaces, neededLevel } from "../../sdk-js/scripts/surface-change.ts";
import { pythonFor, runProgram } from "./environment.ts";

const python = await pythonFor("sdk-python");
const folder = mkdtempSync(join(tmpdir(), "musicverse-pytest-"));
const report = join(folder, "report.xml");
// Once, while the tests are collected, so that each of them appears here under its own name.
const pytest = await python.run(["-m", "pytest", "-q", `--junitxml=${report}`]);
const cases = readReport(report);

afterAll(() => rm(folder, { recursive: true, force: true }));

test("a Python for the tests of the Python SDK", ({ skip }) => {
  if (python.missing !== undefined) {
    console.log(`skipped: ${python.missing}`);
    return skip(python.missing);
  }
  expect(pytest, pytest.output.slice(-5000)).toMatchObject({ status: 0 });
});

describe.runIf(cases.length > 0)("pytest", () => {
  test.each(cases)("$name", ({ failure }) => expect(failure).toBeNull());
});

describe.skipIf(python.missing !== undefined)("the package is clean under", () => {
  test.each([
    ["mypy --strict", () => python.run(["-m", "mypy", "--cache-dir", "../node_modules/.cache/mypy"])],
    // The npm package holds the whole checker; the one of PyPI would download it.
    [
      "pyright",
      () =>
        runProgram(process.execPath, [
          createRequire(import.meta.url).resolve("pyright/index.js"),
          "--pythonpath",
          python.executable ?? "",
        ]),
    ],
    ["ruff check", () => python.run(["-m", "ruff", "check", "--no-cache", "."])],
    ["ruff format", () => python.run(["-m", "ruff", "format", "--check", "--no-cache", "."])],
  ] as const)("%s", { timeout: 180_000 }, async (_name, run) => {
    const { status, output } = await run();
    expect(status, output.slice(-5000)).toBe(0);
  });
});

test("public-surface.md is what users can name", async ({ skip }) => {
  if (python.missing !== undefined) return skip(python.missing);
  const { output } = await python.run(["scripts/surface.py"]);
  const committed = readFileSync(new URL("../public-surface.md", import.meta.url), "utf8");
  expect(
    output === committed ? "up to date" : "out of date: python scripts/surface.py > public-surface.md, in sdk-python",
  ).toBe("up to date");
});

test.each([
  ["a method less", "    function get(track_id: str) -> Track\n", "", "minor", "major"],
  [
    "a parameter that must be given",
    "    function get(track_id: str) -> Track\n",
    "    function get(track_id: str, *, x: str) -> Track\n",
    "minor",
    "major",
  ],
  [
    "a parameter that may be given",
    "        list(limit: int | Omit = omit)\n",
    "        list(limit: int | Omit = omit)\n        list(x: int | Omit = omit)\n",
    "patch",
    "minor",
  ],
  [
    "a key of parameters that may be given",
    "class ListTracksParams(TypedDict)\n",
    "class ListTracksParams(TypedDict)\n    x?: int\n",
    "patch",
    "minor",
  ],
  ["an answer's member less", "    sha256: str\n", "", "minor", "major"],
])("the surface tells %s", (_name, from, to, early, stable) => {
  const committed = readFileSync(new URL("../public-surface.md", import.meta.url), "utf8");
  expect(committed).toContain(from);
  const change = compareSurfaces(committed, committed.replace(from, to));
  expect([neededLevel(change, "0.9.1"), neededLevel(change, "1.0.0")]).toEqual([early, stable]);
});

interface Case {
  name: string;
  /** What went wrong; null when nothing did. */
  failure: string | null;
}

/** The cases of a JUnit report. */
function readReport(path: string): Case[] {
  if (!existsSync(path)) return [];
  const found = readFileSync(path, "utf8").matchAll(
    /<testcase classname="([^"]*)" name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs,
  );
  return [...found].map(([, file = "", name = "", body = ""]) => ({
    name: `${file.replace(/^test\./, "")}: ${decode(name)}`,
    failure: /<(?:failure|error)/.test(body) ? decode(body) : null,
  }));
}

function decode(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#10;", "\n")
    .replaceAll("&amp;", "&");
}
