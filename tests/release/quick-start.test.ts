import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPacked, type PackedProject } from "../../sdk-js/test/packed-project.ts";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
let app: TestApp;
let project: PackedProject;

beforeAll(async () => {
  project = installPacked();
  app = await startTestApp();
}, 120_000);
afterAll(async () => {
  await app?.close();
  project?.remove();
});

test("the quick start of the README runs as it stands on the packed JavaScript SDK", async () => {
  const [, code = ""] =
    /## Quick start\n\n```ts\n([^]*?)```/.exec(readFileSync(join(root, "sdk-js/README.md"), "utf8")) ?? [];
  writeFileSync(join(project.folder, "quick-start.mjs"), code);
  const { testKey } = await app.signUp();
  await run(process.execPath, ["quick-start.mjs"], {
    cwd: project.folder,
    env: { PATH: process.env["PATH"], MUSICVERSE_BASE_URL: app.url, MUSICVERSE_API_KEY: testKey },
  });
  expect(readFileSync(join(project.folder, "song.wav")).subarray(0, 4).toString()).toBe("RIFF");
  expect(statSync(join(project.folder, "song.wav")).size).toBeGreaterThan(1_000_000);
}, 60_000);

test("what is published names the repository that GitHub says it is built in", () => {
  const folder = join(project.folder, "named");
  for (const part of ["tools", "sdk-js"]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, "tools/name-repository.mjs"), readFileSync(join(root, "tools/name-repository.mjs")));
  writeFileSync(join(folder, "sdk-js/package.json"), readFileSync(join(root, "sdk-js/package.json")));
  const env = { PATH: process.env["PATH"], GITHUB_REPOSITORY: "somebody/musicverse" };
  execFileSync(process.execPath, [join(folder, "tools/name-repository.mjs"), "sdk-js"], { env });
  const { repository } = JSON.parse(readFileSync(join(folder, "sdk-js/package.json"), "utf8")) as {
    repository: unknown;
  };
  expect(repository).toEqual({
    type: "git",
    url: "git+https://github.com/somebody/musicverse.git",
    directory: "sdk-js",
  });
});
