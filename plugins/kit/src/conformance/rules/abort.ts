import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { providerCases, type SuiteCase } from "../cases.ts";
import { run } from "../run.ts";
import type { Rule, Subject } from "../subject.ts";

const graceMs = 250;

export const abortRule: Rule = {
  id: "abort",
  level: "silver",
  needs: "network",
  title: "an aborted call ends within 250 ms and sends nothing more",
  async check(subject) {
    for (const of of providerCases(subject)) await endsInTime(subject, of);
  },
};

async function endsInTime(subject: Subject, of: SuiteCase): Promise<void> {
  const controller = new AbortController();
  const asked = Promise.withResolvers<void>();
  let requests = 0;
  const upstream = (): Promise<never> => {
    requests += 1;
    asked.resolve();
    return new Promise(() => undefined);
  };
  const running = run(subject, of, { upstream, signal: controller.signal });
  await Promise.race([asked.promise, running]);
  controller.abort(new Error("stop"));
  const ended = await Promise.race([running, delay(graceMs, null)]);
  assert.ok(ended, `${of.title}: still running ${graceMs} ms after ctx.signal aborted`);
  assert.ok(ended.error !== undefined, `${of.title} returned a result although it was aborted`);
  const sent = requests;
  await delay(50);
  assert.equal(requests, sent, `${of.title} sent another request after its abort`);
}
