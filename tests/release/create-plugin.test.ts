import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { capabilities } from "@musicverse/plugin-kit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";

// As somebody does it who has only what npm gives them: `npm create @musicverse/plugin`, in a folder outside of here.

const root = fileURLToPath(new URL("../..", import.meta.url));
const ids = { generation: "chime", identity: "carol", webhooks: "gong" } as const;
let folder: string;
let kit: string;
let creator: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "musicverse-create-"));
  [kit, creator] = await Promise.all([packed("kit"), packed("create")]);
  await mkdir(join(folder, "operator"));
  await writeFile(join(folder, "operator/package.json"), "{}");
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The machine's own settings (registry, certificates), and nothing of this repository or of the program that runs it. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|NODE_PATH|NODE_ENV|VITEST|INIT_CWD)/.test(name)),
);

async function run(cwd: string, command: string, ...args: string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env: environment, maxBuffer: 2 ** 24 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

async function succeed(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { code, output } = await run(cwd, command, ...args);
  expect(code, `${command} ${args.join(" ")} in ${cwd}:\n${output}`).toBe(0);
  return output;
}

/** The package as it would be published, from a copy, so that other work on its dist is not disturbed. */
async function packed(name: "kit" | "create"): Promise<string> {
  const [source, copy] = [join(root, "plugins", name), join(folder, "packages", name)];
  await mkdir(copy, { recursive: true });
  await succeed(source, join(root, "node_modules/.bin/tsdown"), "--logLevel", "warn", "--out-dir", join(copy, "dist"));
  for (const part of ["package.json", "README.md", "LICENSE", ...(name === "create" ? ["templates"] : [])]) {
    await cp(join(source, part), join(copy, part), { recursive: true });
  }
  await succeed(root, process.execPath, "tools/drop-source-condition.mjs", copy);
  await succeed(copy, "npm", "pack", "--pack-destination", folder);
  const file = (await readdir(folder)).find((entry) => entry.includes(name) && entry.endsWith(".tgz"));
  return join(folder, file ?? "");
}

const create = (...args: string[]) =>
  run(folder, "npm", "exec", "--yes", "--offline", `--package=${creator}`, "--", "create-plugin", ...args);

test("there is a template for each capability of the kit", () => {
  expect(Object.keys(ids).toSorted()).toEqual(Object.keys(capabilities).toSorted());
});

const install = ["install", "--prefer-offline", "--no-audit", "--no-fund"];

test.each(Object.entries(ids))(
  "a plugin for %s is written, type-checked, judged and packed",
  async (capability, id) => {
    const plugin = join(folder, `musicverse-plugin-${id}`);
    const written = await create("--id", id, "--capability", capability);
    expect(written).toMatchObject({ code: 0, output: expect.stringContaining(`cd musicverse-plugin-${id}`) });
    await succeed(plugin, "npm", ...install, kit);
    await succeed(plugin, "npm", "run", "check");
    const judged = join(folder, `${id}.json`);
    await succeed(plugin, "npx", "vitest", "run", "--reporter=json", `--outputFile=${judged}`);
    const report = JSON.parse(await readFile(judged, "utf8")) as { numPassedTests: number; numTotalTests: number };
    expect(report.numPassedTests).toBe(report.numTotalTests);
    expect(report.numTotalTests).toBeGreaterThan(5);
    await succeed(plugin, "npm", "pack", "--pack-destination", join(folder, "operator"));
  },
  180_000,
);

test("the suite notices when such a plugin is broken", async () => {
  const file = join(folder, "musicverse-plugin-chime/src/generation.ts");
  const good = await readFile(file, "utf8");
  await writeFile(file, good.replace('"AUTH_REVOKED"', '"AUTH_EXPIRED"'));
  const { code, output } = await run(join(folder, "musicverse-plugin-chime"), "npm", "test");
  await writeFile(file, good);
  expect(code).not.toBe(0);
  expect(output).toContain("AUTH_REVOKED");
}, 60_000);

test("a folder that is not empty is left as it is, with one line that says so", async () => {
  const { code, output } = await create("--id", "chime", "--capability", "identity");
  expect(code).toBe(1);
  expect(output).toMatch(/^create-plugin: .*musicverse-plugin-chime is not empty: name another folder, or empty it\n/);
});

test("a server loads them from PLUGINS_DIR, although they bring their own copy of the kit", async () => {
  const operator = join(folder, "operator");
  const plugins = (await readdir(operator)).filter((name) => name.endsWith(".tgz"));
  expect(plugins).toHaveLength(3);
  await succeed(operator, "npm", ...install, kit, ...plugins.map((name) => `./${name}`));
  const names = Object.values(ids).map((id) => `musicverse-plugin-${id}`);
  const app: TestApp = await startTestApp({
    env: { PLUGINS: `minimax,${names.join(",")}`, PLUGINS_DIR: operator },
  });
  try {
    const { testKey } = await app.signUp();
    expect(app.services.plugins.report()).toEqual([
      expect.objectContaining({ id: "minimax" }),
      ...Object.values(ids).map((id) =>
        expect.objectContaining({ id, status: "loaded", error: null, sandbox: true, live: false }),
      ),
    ]);
    const { status, body } = await app.request("GET", "/v1/plugins", { key: testKey });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('"chime"');
  } finally {
    await app.close();
  }
}, 120_000);
