// Runs every test: all of them with Redis where a server is on the PATH, then those of the whole platform once more with
// PostgreSQL as the only service. Ends with one line of counts; exit code 1 when anything failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findUnseenAnswers } from "./answers.ts";
import { findLeaks } from "./leaks.ts";

const output = mkdtempSync(join(tmpdir(), "musicverse-test-"));
const only = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

if (only.length > 0) run("chosen tests", only, {});
else {
  run("all tests", [], {});
  // Fuzzing, examples, SDKs and packages ask nothing of the place that holds queues and limits.
  run("PostgreSQL as the only service", ["chaos", "contract", "e2e", "isolation", "security"].map((folder) => `tests/${folder}/`), { MUSICVERSE_TEST_BACKEND: "postgres" });
  count("no secret and no prompt in any output of the tests", findLeaks(output));
  count("every answer that the spec declares was seen by a test", findUnseenAnswers(output, join(import.meta.dirname, "../openapi/dist/openapi.json")));
}
rmSync(output, { recursive: true, force: true });

console.log(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped ? `, ${totals.skipped} skipped` : ""}`);
process.exitCode = totals.failed > 0 ? 1 : 0;

function run(title, filters, env) {
  console.log(`\n── ${title}`);
  const report = join(output, `${totals.passed}-${filters.length}.json`);
  const vitest = spawnSync("vitest", ["run", ...filters, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`], {
    stdio: "inherit",
    env: { ...process.env, ...env, MUSICVERSE_TEST_OUTPUT: output },
  });
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
  // Also red when vitest found an error outside a test (an unhandled rejection, a failed teardown), or no test at all.
  if (vitest.status !== 0 && failed === 0) count(`${title}: error outside of tests`, ["see above"]);
}

function count(title, problems) {
  totals[problems.length > 0 ? "failed" : "passed"] += 1;
  console.log(`${problems.length > 0 ? "✗" : "✓"} ${title}`);
  for (const problem of problems) console.log(`    ${problem}`);
}
