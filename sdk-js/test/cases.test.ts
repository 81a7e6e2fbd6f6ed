import { describe, expect, test, vi } from "vitest";
import type { Case } from "../../tests/sdk/case.ts";
import { operations } from "../src/generated/operations.ts";
import { carryOut } from "./cases/carry-out.ts";
import { checkError, checkHooks, checkLog, checkPauses, checkRequests, checkResult } from "./cases/checks.ts";
import { startCaseServer } from "./cases/server-process.ts";
import { pauses, prepareSeams } from "./cases/seams.ts";

vi.mock("../src/transport/sleep.ts", () => import("./cases/seams.ts"));

const server = await startCaseServer();
const table = await server.table();

describe.each(
  Map.groupBy(table, ({ group }) => group)
    .entries()
    .toArray(),
)("%s", (_, cases) => {
  test.each(cases)("$name", check);
});

test("the table has cases of every kind, and every operation of the contract", () => {
  const groups = new Set(table.map(({ group }) => group));
  expect([...groups]).toEqual(
    expect.arrayContaining([
      "retries",
      "retry-after",
      "streams",
      "uploads",
      "webhooks",
      "every-operation",
      "every-retry",
      "every-list",
      "every-problem",
      "every-event",
    ]),
  );
  const called = table.flatMap(({ group, call }) =>
    group === "every-operation" && "operation" in call ? [call.operation] : [],
  );
  expect(called.toSorted()).toEqual(Object.keys(operations).toSorted());
});

test("the published vectors of Standard Webhooks are in the table", ({ skip }) => {
  const published = table.filter(({ group }) => group === "published-vectors");
  if (published.length === 0)
    return skip(
      "their file is not here: MUSICVERSE_CONTRACTS_DIR names the folder that has standard-webhooks/vectors.json",
    );
  for (const kind of [/^signed: /, /^secret \d+: /, /^(?!signed|secret)/])
    expect(published.filter(({ name }) => kind.test(name)).length).toBeGreaterThan(2);
});

async function check(entry: Case): Promise<void> {
  const prepared = await server.prepare(entry);
  prepareSeams(entry);
  const outcome = await carryOut(entry, prepared.base_url, prepared.requests);
  const { expect: wanted } = entry;
  if (wanted.canceled) expect(outcome.error, "the caller's own reason").toBe(outcome.cancelReason);
  else if (wanted.error) checkError(wanted.error, outcome.error);
  else expect(outcome.error).toBeUndefined();
  checkResult(wanted, outcome);
  if (wanted.pauses_ms) checkPauses(wanted.pauses_ms, pauses);
  if (wanted.log) checkLog(wanted.log, outcome.log);
  if (wanted.hooks) checkHooks(wanted.hooks, outcome.hooks);
  const requests = await prepared.requests();
  checkRequests(wanted, requests);
  if (wanted.closed_by_client)
    await vi.waitFor(async () => expect((await prepared.requests()).at(-1)?.closed_by_client).toBe(true));
  const said = JSON.stringify([
    outcome.log,
    outcome.hooks,
    outcome.error instanceof Error ? `${outcome.error.name}: ${outcome.error.message}` : "",
  ]).toLowerCase();
  for (const text of wanted.never ?? []) expect(said).not.toContain(text.toLowerCase());
  await prepared.forget();
}
