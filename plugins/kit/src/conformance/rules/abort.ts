import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { GenerationInput } from "../../generation.ts";
import { inputOfEachKind, run } from "../run.ts";
import type { Rule, Subject } from "../subject.ts";

const graceMs = 250;

export const abortRule: Rule = {
  id: "abort",
  needs: "calls",
  title: "an aborted call ends within 250 ms and sends nothing more",
  async check(subject) {
    for (const input of inputOfEachKind(subject)) await endsInTime(subject, input);
  },
};

async function endsInTime(subject: Subject, input: GenerationInput | undefined): Promise<void> {
  const controller = new AbortController();
  const asked = Promise.withResolvers<void>();
  let requests = 0;
  const upstream = (): Promise<never> => {
    requests += 1;
    asked.resolve();
    return new Promise(() => undefined);
  };
  const running = run(subject, { upstream, input, signal: controller.signal });
  await Promise.race([asked.promise, running]);
  controller.abort(new Error("stop"));
  const ended = await Promise.race([running, delay(graceMs, null)]);
  assert.ok(ended, `still running ${graceMs} ms after ctx.signal aborted`);
  assert.ok(ended.error !== undefined, "returned a result although it was aborted");
  const sent = requests;
  await delay(50);
  assert.equal(requests, sent, "sent another request after its abort");
}
