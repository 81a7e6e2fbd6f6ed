import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { providerCases } from "../cases.ts";
import { run } from "../run.ts";
import type { Rule, Subject } from "../subject.ts";

const callsDefault = 10_000;
/** Noise of the runtime itself, and what a call may leave behind on average. */
const growthBase = 1_500_000;
const growthPerCall = 100;

export const heapRule: Rule = {
  id: "heap",
  level: "gold",
  needs: "network",
  title: "memory stays flat over thousands of calls",
  async check(subject) {
    const calls = subject.options.calls ?? callsDefault;
    await many(subject, Math.min(2_000, calls));
    const before = await usedBytes();
    await many(subject, calls);
    const grown = (await usedBytes()) - before;
    const allowed = growthBase + calls * growthPerCall;
    assert.ok(
      grown < allowed,
      `${calls} calls left ${Math.round(grown / 1000)} kB behind; allowed are ${allowed / 1000} kB`,
    );
  },
};

async function many(subject: Subject, calls: number): Promise<void> {
  const cases = providerCases(subject);
  for (let index = 0; index < calls; index += 1) {
    const of = cases[index % cases.length];
    if (!of) return;
    await run(subject, of, { accountId: `account-${index}`, idempotencyKey: `piece-${index}` });
    // Timers and finalisers get their turn, as they do between real calls.
    if (index % 100 === 0) await nextTurn();
  }
}

async function usedBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  await nextTurn();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
