import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { announcedLevel, compareSurfaces, neededLevel } from "../scripts/surface-change.ts";

const sdk = resolve(import.meta.dirname, "..");
const report = readFileSync(join(sdk, "src/generated/public-surface.md"), "utf8");

function changed(from: string, to: string): string {
  expect(report).toContain(from);
  return report.replace(from, to);
}

describe("a change of the public surface is told from the report", () => {
  test.each([
    ["nothing", report, "none", "none"],
    [
      "a method less",
      changed("    get(trackId: string, options?: RequestOptions): APIPromise<Track>;\n", ""),
      "minor",
      "major",
    ],
    [
      "another parameter",
      changed("    get(trackId: string, options?", "    get(trackId: number, options?"),
      "minor",
      "major",
    ],
    ["an answer's member less", changed("    sha256: string;\n", ""), "minor", "major"],
    [
      "an answer's member more",
      changed("export interface Track {\n", "export interface Track {\n    isrc: string;\n"),
      "patch",
      "minor",
    ],
    [
      "a parameter that may be given",
      changed(
        "export interface CreateGenerationParams {\n",
        "export interface CreateGenerationParams {\n    tempo?: number;\n",
      ),
      "patch",
      "minor",
    ],
    [
      "a parameter that must be given",
      changed(
        "export interface CreateGenerationParams {\n",
        "export interface CreateGenerationParams {\n    tempo: number;\n",
      ),
      "minor",
      "major",
    ],
    [
      "a value of an enumeration more",
      changed('GenerationLane = "interactive"', 'GenerationLane = "fast" | "interactive"'),
      "patch",
      "minor",
    ],
    ["a value of an enumeration less", changed('"interactive" | "bulk"', '"interactive"'), "minor", "major"],
    [
      "a class more",
      changed("export class TracksResource", "export class AlbumsResource {\n}\n\nexport class TracksResource"),
      "patch",
      "minor",
    ],
    ["a class less", changed("export class NotFoundError", "export class MissingError"), "minor", "major"],
    [
      "a member that may be absent now",
      changed("    track_id: string | null;", "    track_id?: string | null;"),
      "minor",
      "major",
    ],
  ])("%s", (_, after, early, stable) => {
    const change = compareSurfaces(report, after);
    expect([neededLevel(change, "0.9.1"), neededLevel(change, "1.0.0")]).toEqual([early, stable]);
  });
});

test("the highest pending changeset counts, those of other packages and other texts do not", () => {
  const one = (text: string): string => `---\n${text}\n---\n\nWords. "@musicverse/sdk": major\n`;
  expect(announcedLevel([], "@musicverse/sdk")).toBe("none");
  expect(announcedLevel([one('"@musicverse/server": major')], "@musicverse/sdk")).toBe("none");
  expect(
    announcedLevel(
      [one('"@musicverse/sdk": patch'), one('"@musicverse/plugin-kit": minor\n"@musicverse/sdk": minor')],
      "@musicverse/sdk",
    ),
  ).toBe("minor");
});

describe("the check itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "musicverse-surface-test-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, ".changeset"));
  for (const path of ["package.json", "scripts", "src/generated/public-surface.md"])
    cpSync(join(sdk, path), join(folder, "sdk-js", path), { recursive: true });
  const run = (...args: string[]): string => {
    try {
      return execFileSync(process.execPath, [join(folder, "sdk-js/scripts/check-surface.ts"), ...args], {
        encoding: "utf8",
      });
    } catch (error) {
      return `failed: ${(error as { stdout: string }).stdout}`;
    }
  };

  test("fails for a break that no changeset announces, names it, and passes with one", () => {
    run("--released");
    expect(run()).toMatch(/^0 breaks, 0 additions .* needs none/);
    writeFileSync(
      join(folder, "sdk-js/src/generated/public-surface.md"),
      changed("export class NotFoundError", "export class MissingError"),
    );
    expect(run()).toMatch(/^failed: [\s\S]*NotFoundError is gone[\s\S]*"@musicverse\/sdk": minor/);
    writeFileSync(join(folder, ".changeset/one.md"), '---\n"@musicverse/sdk": patch\n---\n\nA fix.\n');
    expect(run()).toMatch(/^failed: /);
    writeFileSync(join(folder, ".changeset/two.md"), '---\n"@musicverse/sdk": minor\n---\n\nA break.\n');
    expect(run()).toMatch(/^1 breaks, 1 additions .* needs minor, changesets say minor/);
    run("--released");
    rmSync(join(folder, ".changeset/two.md"));
    expect(run()).toMatch(/^0 breaks/);
  });
});
