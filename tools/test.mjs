// Runs every test: all of them with Redis where a server is on the PATH, then those of the whole platform once more with
// PostgreSQL as the only service. Ends with one line of counts; exit code 1 when anything failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { findUnseenAnswers } from "./answers.ts";
import { findLeaks } from "./leaks.ts";

const output = mkdtempSync(join(tmpdir(), "musicverse-test-"));
const only = process.argv.slice(2);
/** What asks something of the place that holds queues, limits and presence; everything else is the same without Redis. */
const withoutRedis = [
  "tests/chaos/",
  ...[
    "authentication",
    "conflicts",
    "every-operation",
    "idempotency",
    "lifecycle",
    "rate-limit",
    "request-id",
    "secrets",
  ].map((name) => `tests/contract/${name}.test.ts`),
  ...["generation-failures", "operator", "worker-process"].map((name) => `tests/e2e/${name}.test.ts`),
  ...["event-streams", "limit-bypass", "sign-in-flood", "webhook-replay"].map(
    (name) => `tests/security/${name}.test.ts`,
  ),
];
/** How many of the slowest files are told after all tests. */
const SLOWEST = 20;
const totals = { passed: 0, failed: 0, skipped: 0 };
/** What whoever reads only the end of the output has to know. */
const remarks = [];

if (only.length > 0) run("chosen tests", only, {});
else {
  run("all tests", [], {});
  run("PostgreSQL as the only service", withoutRedis, { MUSICVERSE_TEST_BACKEND: "postgres" });
  count("no secret and no prompt in any output of the tests", findLeaks(output));
  count(
    "every answer that the spec declares was seen by a test",
    findUnseenAnswers(output, join(import.meta.dirname, "../openapi/dist/openapi.json")),
  );
}
rmSync(output, { recursive: true, force: true });

for (const remark of remarks) console.log(`\n${remark}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped ? `, ${totals.skipped} skipped` : ""}`);
process.exitCode = totals.failed > 0 ? 1 : 0;

function run(title, filters, env) {
  console.log(`\n── ${title}`);
  const report = join(output, `${title.replaceAll(" ", "-")}.json`);
  const vitest = spawnSync(
    "vitest",
    ["run", ...filters, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    {
      stdio: "inherit",
      env: { ...process.env, ...env, MUSICVERSE_TEST_OUTPUT: output },
    },
  );
  let result;
  try {
    result = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return count(`${title}: vitest ended without a report`, ["see above"]);
  }
  // A file that could not be loaded has no tests that could fail, and counts as one.
  const unloaded = result.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = result.numFailedTests + unloaded.length;
  totals.passed += result.numPassedTests;
  totals.failed += failed;
  totals.skipped += result.numPendingTests + result.numTodoTests;
  for (const file of result.testResults) {
    for (const test of file.assertionResults) {
      const what = `${relative(process.cwd(), file.name)} > ${test.fullName}\n    ${(test.failureMessages[0] ?? "").slice(0, 1000).replaceAll("\n", "\n    ")}`;
      if (test.status === "failed") remarks.push(`✗ failed: ${what}`);
      // With CI=true a failed test gets a second try (vitest.config.ts); that it needed one is told here.
      else if (test.failureMessages.length > 0) remarks.push(`! passed at the second try: ${what}`);
    }
  }
  if (filters.length === 0) tellSlowest(result.testResults);
  for (const file of unloaded)
    remarks.push(
      `✗ could not be loaded: ${relative(process.cwd(), file.name)}\n    ${(file.message ?? "").slice(0, 1000)}`,
    );
  // Also red when vitest found an error outside a test (an unhandled rejection, a failed teardown), or no test at all.
  if (vitest.status !== 0 && failed === 0) count(`${title}: error outside of tests`, ["see above"]);
}

function tellSlowest(files) {
  const took = files.map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }));
  console.log(`\nThe ${SLOWEST} slowest files, in seconds:`);
  for (const { name, seconds } of took.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST))
    console.log(`${seconds.toFixed(0).padStart(6)} ${relative(process.cwd(), name)}`);
}

function count(title, problems) {
  totals[problems.length > 0 ? "failed" : "passed"] += 1;
  console.log(`${problems.length > 0 ? "✗" : "✓"} ${title}`);
  for (const problem of problems) console.log(`    ${problem}`);
  if (problems.length > 0) remarks.push(`✗ ${title}\n    ${problems.join("\n    ")}`);
}
