import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { GenerationInput } from "../../generation.ts";
import { goodUpstream, inputOfEachKind, run, shown, type Outcome } from "../run.ts";
import type { Rule, Subject } from "../subject.ts";

const rounds = 5;

export const isolationRule: Rule = {
  id: "isolation",
  needs: "calls",
  title: "the same input of two accounts is two pieces of work that share nothing",
  async check(subject) {
    for (const input of inputOfEachKind(subject)) await sharesNothing(subject, input && withOwnWords(input));
  },
};

async function sharesNothing(subject: Subject, input: GenerationInput | undefined): Promise<void> {
  const { outcome: first } = await one(subject, input, "a", 0);
  assert.equal(first.error, undefined, shown(first.error));
  const turns = Array.from({ length: rounds }, (_, index) => index + 1);
  const outcomes = await Promise.all(turns.flatMap((turn) => ["a", "b"].map((who) => one(subject, input, who, turn))));
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

/** Words that no earlier call had: what was kept of those must not hide what is kept of this one. */
function withOwnWords(input: GenerationInput): GenerationInput {
  const words = `a song for two, ${randomUUID()}`;
  return input.kind === "reel" ? { ...input, brief: words } : { ...input, prompt: words };
}

async function one(
  subject: Subject,
  input: GenerationInput | undefined,
  who: string,
  turn: number,
): Promise<{ outcome: Outcome; who: string }> {
  const call = {
    upstream: goodUpstream(subject),
    ...(input && { input }),
    accountId: `account-${who}`,
    idempotencyKey: `piece-${who}-${turn}`,
  };
  return { outcome: await run(subject, call), who };
}

function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return ArrayBuffer.isView(value) ? [value] : [value, ...Object.values(value).flatMap(objectsIn)];
}
