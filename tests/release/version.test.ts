import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
let copy: string;

/** A copy of the repository in which the versions may be raised. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "musicverse-release-"));
  const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of tracked.split("\0").filter((path) => path && existsSync(join(root, path))))
    cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: copy, stdio: "pipe" });
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "before");
}, 120_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const json = (path: string) => JSON.parse(readFileSync(join(copy, path), "utf8")) as { version: string };
const text = (path: string): string => readFileSync(join(copy, path), "utf8");

test("raising the versions gives both SDKs the same one, in every place, and a changelog each", () => {
  const before = json("sdk-js/package.json").version;
  // Those that wait already would raise both anyway.
  for (const waiting of globSync(join(copy, ".changeset/*.md"))) rmSync(waiting);
  writeFileSync(
    join(copy, ".changeset/tried.md"),
    '---\n"@musicverse/sdk": minor\n---\n\nOnly of the JavaScript SDK, tried by a test.\n',
  );
  execFileSync(process.execPath, [join(root, "node_modules/@changesets/cli/bin.js"), "version"], {
    cwd: copy,
    stdio: "pipe",
  });
  const program =
    'import { writePythonSdk, writeSdk } from "./sdk-generator/write-sdk.mjs"; writeSdk(); writePythonSdk();';
  execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: copy, stdio: "pipe" });

  const { version } = json("sdk-js/package.json");
  expect(version).not.toBe(before);
  expect(json("sdk-python/package.json").version).toBe(version);
  expect(text("sdk-js/src/generated/version.ts")).toContain(`"${version}"`);
  expect(text("sdk-python/src/musicverse/_generated/version.py")).toContain(`__version__ = "${version}"`);
  expect(text("sdk-js/CHANGELOG.md")).toMatch(new RegExp(`## ${version}[^]*tried by a test`));
  expect(text("sdk-python/CHANGELOG.md")).toContain(`## ${version}`);
}, 120_000);
