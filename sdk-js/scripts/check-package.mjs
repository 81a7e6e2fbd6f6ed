// Builds the package and checks what users would get: types in every module mode, files, sizes.
// Exit code 1 on a finding.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "tsdown";

const sdk = fileURLToPath(new URL("..", import.meta.url));
const FILES = [
  "LICENSE",
  "README.md",
  "dist/index.cjs",
  "dist/index.d.cts",
  "dist/index.d.mts",
  "dist/index.mjs",
  "package.json",
];
/** Bytes, minified and gzipped. */
const BUDGETS = {
  "the whole package": ["*", "sdk", 15_000],
  "one group of operations": ["{ createClient, TracksResource }", "createClient({ tracks: TracksResource })", 8_500],
  "unwrapWebhook alone": ["{ unwrapWebhook }", "unwrapWebhook", 2_500],
};

/** Of each budget, in their order. */
const measured = [];

/** @type {[title: string, check: () => string | undefined | Promise<string | undefined>][]} */
const checks = [
  ["builds", () => run("tsdown", "--logLevel", "warn")],
  ["compiles without the types of Node", () => run("tsc", "-p", "tsconfig.build.json")],
  ["publint", () => run("publint", "--strict")],
  ["types resolve in every module mode", () => run("attw", "--pack", ".", "--format", "ascii")],
  ["the tarball holds only what it should", checkFiles],
  ["a changeset announces what changed in the public surface", () => run("node", "scripts/check-surface.ts")],
  ["no built-in module of Node is imported", checkImports],
  ...Object.entries(BUDGETS).map(([what, [names, use, limit]]) => [
    `${what} is at most ${limit} bytes`,
    () => checkSize(names, use, limit),
  ]),
  ["the README tells the sizes", checkReadme],
];

let failed = 0;
for (const [title, check] of checks) {
  try {
    console.log(`✓ ${title}${(await check()) ?? ""}`);
  } catch (error) {
    failed += 1;
    console.log(
      `✗ ${title}\n${error.stdout ?? ""}${error.stderr ?? ""}${error.stdout === undefined ? error.message : ""}`,
    );
  }
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function run(command, ...args) {
  execFileSync(command, args, { cwd: sdk, stdio: "pipe", encoding: "utf8", shell: process.platform === "win32" });
}

function checkFiles() {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json"], {
      cwd: sdk,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const found = packed.files.map(({ path }) => path).toSorted();
  const wrong = [
    ...found.filter((path) => !FILES.includes(path)).map((path) => `+ ${path}`),
    ...FILES.filter((path) => !found.includes(path)).map((path) => `- ${path}`),
  ];
  if (wrong.length > 0) throw new Error(`not as listed in ${fileURLToPath(import.meta.url)}:\n${wrong.join("\n")}`);
  return ` (${packed.size} bytes, ${packed.unpackedSize} unpacked)`;
}

function checkImports() {
  for (const file of ["dist/index.mjs", "dist/index.cjs"]) {
    const found = /(?:\bfrom|\brequire\(|\bimport\(?)\s*["'][^"']+["']/.exec(readFileSync(join(sdk, file), "utf8"));
    if (found) throw new Error(`${file}: ${found[0]}; load it on demand with loadBuiltin (src/transport/runtime.ts)`);
  }
}

function checkReadme() {
  const told =
    /(\d+) KB minified and gzipped, (\d+) KB for one group/.exec(readFileSync(join(sdk, "README.md"), "utf8")) ?? [];
  for (const [index, bytes] of measured.slice(0, 2).entries())
    if (!(Math.abs(Number(told[index + 1]) * 1000 - bytes) < 1000))
      throw new Error(`"${told[0]}", and it is ${bytes} bytes`);
}

async function checkSize(names, use, limit) {
  const folder = mkdtempSync(join(tmpdir(), "musicverse-size-"));
  try {
    const imported = names === "*" ? "* as sdk" : names;
    const from = JSON.stringify(join(sdk, "dist/index.mjs"));
    writeFileSync(join(folder, "entry.mjs"), `import ${imported} from ${from};\nconsole.log(${use});\n`);
    const { bundles } = await build({
      config: false,
      cwd: folder,
      entry: "entry.mjs",
      platform: "browser",
      dts: false,
      minify: true,
      write: false,
      logLevel: "silent",
      deps: { alwaysBundle: /./ },
    });
    const bytes = gzipSync(bundles.flatMap(({ chunks }) => chunks.map((chunk) => chunk.code ?? "")).join("")).length;
    if (bytes > limit) throw new Error(`it is ${bytes} bytes`);
    measured.push(bytes);
    return ` (${bytes})`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
