import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { providerCases, type SuiteCase } from "../cases.ts";
import { run, shown, type Outcome } from "../run.ts";
import { withContent } from "../user-content.ts";
import type { Rule, Subject } from "../subject.ts";

const rounds = 5;

export const isolationRule: Rule = {
  id: "isolation",
  level: "bronze",
  needs: "network",
  title: "the same input of two accounts is two pieces of work that share nothing",
  async check(subject) {
    // Words that no earlier call had: what was kept of those must not hide what is kept of this one.
    for (const of of providerCases(subject))
      await sharesNothing(subject, withContent(of, `a song for two, ${randomUUID()}`));
  },
};

async function sharesNothing(subject: Subject, of: SuiteCase): Promise<void> {
  const { outcome: first } = await one(subject, of, "a", 0);
  assert.equal(first.error, undefined, shown(first.error));
  const turns = Array.from({ length: rounds }, (_, index) => index + 1);
  const outcomes = await Promise.all(turns.flatMap((turn) => ["a", "b"].map((who) => one(subject, of, who, turn))));
  const parts = new Set(objectsIn(first.output));
  for (const { outcome, who } of outcomes) {
    assert.equal(outcome.error, undefined, shown(outcome.error));
    assert.equal(
      outcome.requests.length,
      first.requests.length,
      "a call was answered from something kept of another one",
    );
    for (const part of objectsIn(outcome.output)) {
      assert.ok(!parts.has(part), "two results share an object: changing one would change the other");
      parts.add(part);
    }
    const foreign = who === "a" ? "account-b" : "account-a";
    assert.ok(!JSON.stringify(outcome.requests).includes(foreign), `a request of account-${who} names ${foreign}`);
  }
}

async function one(
  subject: Subject,
  of: SuiteCase,
  who: string,
  turn: number,
): Promise<{ outcome: Outcome; who: string }> {
  const call = { accountId: `account-${who}`, idempotencyKey: `piece-${who}-${turn}` };
  return { outcome: await run(subject, of, call), who };
}

function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return ArrayBuffer.isView(value) ? [value] : [value, ...Object.values(value).flatMap(objectsIn)];
}
