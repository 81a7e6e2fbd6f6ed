// Runs every check that is not a test: types, lint, generated files, contract, architecture, dead code, packages.
// Each counts as one; ends with one line of counts.
import { spawnSync } from "node:child_process";

const WORKSPACES = [
  "openapi",
  "server",
  "plugins/kit",
  "plugins/create",
  "plugins/minimax",
  "plugins/spotify",
  "plugins/stripe",
  "sdk-js",
  "sdk-python",
  "examples",
  "tests",
  "tools",
  "sdk-generator",
  "bench",
];

const checks = [
  // First, because the others read what it writes.
  ["generated files are up to date", "node tools/gen.mjs --check"],
  ...WORKSPACES.map((workspace) => [`types of ${workspace}`, `tsc -p ${workspace}`]),
  ["format", "oxfmt --check"],
  ["lint", "oxlint --type-aware --deny-warnings"],
  ["contract lint", "npm run --silent lint -w @musicverse/openapi"],
  ["contract: no unannounced breaking change", "npm run --silent breaking -w @musicverse/openapi"],
  ["architecture: import rules and cycles", "node tools/architecture/import-rules.ts"],
  ["a changeset for each change of the Python SDK's surface", "node sdk-js/scripts/check-surface.ts sdk-python"],
  ["dead code and unused dependencies", "knip"],
  // The kit first: the plugin's declarations name the kit's.
  ...[
    "@musicverse/plugin-kit",
    "@musicverse/create-plugin",
    "@musicverse/plugin-minimax",
    "@musicverse/plugin-spotify",
    "@musicverse/plugin-stripe",
    "@musicverse/sdk",
  ].map((name) => [`package ${name}`, `npm run --silent check:package -w ${name}`]),
];

// Some words of titles may be given, to run only those.
const wanted = process.argv.slice(2);
let failed = 0;
let passed = 0;
for (const [title, command] of checks.filter(
  ([title]) => wanted.length === 0 || wanted.some((word) => title.includes(word)),
)) {
  const started = performance.now();
  const result = spawnSync(command, { shell: true, encoding: "utf8", env: { ...process.env, FORCE_COLOR: "0" } });
  const ok = result.status === 0;
  if (ok) passed += 1;
  else failed += 1;
  console.log(`${ok ? "✓" : "✗"} ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok)
    console.log(
      `  $ ${command}\n${(result.stdout + result.stderr)
        .trim()
        .split("\n")
        .slice(-60)
        .map((line) => `    ${line}`)
        .join("\n")}`,
    );
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
