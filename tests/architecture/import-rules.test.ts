import { globSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { checkImports, ruleNames } from "../../tools/architecture/import-rules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Per rule, the smallest trees that break it: path → source. */
const brokenTrees: Record<string, Record<string, string>[]> = {
  "no-cycles": [
    {
      "server/src/a.ts": `import { b } from "./b.ts"; export const a = () => b;`,
      "server/src/b.ts": `import { a } from "./a.ts"; export const b = () => a;`,
    },
    {
      "server/src/a.ts": `import type { B } from "./b.ts"; export type A = B[];`,
      "server/src/b.ts": `import type { A } from "./a.ts"; export type B = A | null;`,
    },
  ],
  "platform-knows-no-feature": [
    {
      "server/src/platform/log/index.ts": `import "../../features/tracks/index.ts";`,
      "server/src/features/tracks/index.ts": "",
    },
    {
      "server/src/platform/log/index.ts": `export type { App } from "../../app.ts";`,
      "server/src/app.ts": "export type App = string;",
    },
    { "server/src/platform/log/index.ts": `void import("../../dev/dev.ts");`, "server/src/dev/dev.ts": "" },
  ],
  "features-meet-at-index": [
    {
      "server/src/features/events/emit.ts": `import "../webhooks/store.ts";`,
      "server/src/features/webhooks/store.ts": "",
    },
  ],
  "only-the-pipeline-knows-express": [
    {
      "server/src/features/tracks/getTrack.ts": `import type { Request } from "express"; export type R = Request;`,
      "node_modules/express/index.js": "",
    },
    { "server/src/platform/work/engine.ts": `import "express";`, "node_modules/express/index.js": "" },
  ],
  "plugins-know-only-the-kit": [
    { "plugins/minimax/src/index.ts": `import "../../../server/src/version.ts";`, "server/src/version.ts": "" },
    { "plugins/minimax/src/index.ts": `import "../../other/src/index.ts";`, "plugins/other/src/index.ts": "" },
    { "plugins/kit/src/index.ts": `import "../../minimax/src/index.ts";`, "plugins/minimax/src/index.ts": "" },
  ],
  "the-sdk-stands-alone": [
    { "sdk-js/src/index.ts": `import "undici";`, "node_modules/undici/index.js": "" },
    {
      "sdk-js/src/index.ts": `export type { Id } from "../../server/src/ids.ts";`,
      "server/src/ids.ts": "export type Id = string;",
    },
  ],
  "production-code-needs-no-test-code": [
    { "server/src/worker.ts": `import "../test-kit/app.ts";`, "server/test-kit/app.ts": "" },
    {
      "server/src/features/tracks/store.ts": `import "./tracks.fixture.ts";`,
      "server/src/features/tracks/tracks.fixture.ts": "",
    },
    { "server/src/main.ts": `import "../../bench/timing.ts";`, "bench/timing.ts": "" },
    { "server/src/main.ts": `import "../../sdk-generator/names.ts";`, "sdk-generator/names.ts": "" },
  ],
  "everything-resolves": [
    { "tools/gen.ts": `import "./not-there.ts";` },
    { "bench/bench.ts": `import "./not-there.ts";` },
    { "sdk-generator/generate.ts": `import "./not-there.ts";` },
  ],
};

async function treeOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "musicverse-imports-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  }
  return folder;
}

test("each import rule has a tree that breaks it", () => {
  expect(Object.keys(brokenTrees).toSorted()).toEqual(ruleNames.toSorted());
});

test.each(Object.entries(brokenTrees))("%s is what a tree against it fails, and nothing else", async (rule, trees) => {
  for (const tree of trees) {
    const { violations } = await checkImports(await treeOf(tree));
    expect([...new Set(violations.map((violation) => violation.rule))], JSON.stringify(tree)).toEqual([rule]);
  }
});

test("what the rules allow passes", async () => {
  const folder = await treeOf({
    "server/src/app.ts": `import "express"; import "./features/tracks/index.ts"; import "./platform/log/index.ts";`,
    "server/src/platform/log/index.ts": "",
    "server/src/features/tracks/index.ts": `import "./store.ts"; import "../events/index.ts";`,
    "server/src/features/tracks/store.ts": `import "../../platform/log/index.ts";`,
    "server/src/features/tracks/tracks.test.ts": `import "../../../test-kit/app.ts"; import "../events/world.fixture.ts";`,
    "server/src/features/events/index.ts": "",
    "server/src/features/events/world.fixture.ts": "",
    "server/test-kit/app.ts": "",
    "plugins/kit/src/index.ts": "",
    "plugins/minimax/src/index.ts": `import "../../kit/src/index.ts"; import "express";`,
    "sdk-js/src/index.ts": `import "./client.ts"; void import("node:fs");`,
    "sdk-js/src/client.ts": "",
    "node_modules/express/index.js": "",
  });
  expect((await checkImports(folder)).violations).toEqual([]);
});

test("every TypeScript file of the sources is judged, and none breaks a rule", async () => {
  const { files, violations } = await checkImports(root);
  expect(violations).toEqual([]);
  const sources = globSync(["server/src/**/*.ts", "plugins/*/src/**/*.ts", "sdk-js/src/**/*.ts"], { cwd: root });
  expect(files).toEqual(expect.arrayContaining(sources));
});
