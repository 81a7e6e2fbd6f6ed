import assert from "node:assert/strict";
import { generationOf, run, shown } from "../run.ts";
import { overHttp, startedFor } from "../simulated.ts";
import type { Rule } from "../subject.ts";

export const repeatRule: Rule = {
  id: "repeat",
  title:
    "what it says of repeating is true: if idempotent, the same idempotency key twice is one effect at the provider",
  async check(subject) {
    const { simulator: reference } = subject.plugin;
    if (generationOf(subject).repeat === "costs" || !reference) return;
    const simulator = await startedFor(reference);
    try {
      for (let turn = 0; turn < 2; turn += 1) {
        const call = {
          upstream: overHttp,
          config: { ...reference.config(simulator.origin) },
          idempotencyKey: "piece-1",
        };
        const { error } = await run(subject, call);
        assert.equal(error, undefined, shown(error));
      }
      const effects = Object.values(simulator.control.effects());
      assert.deepEqual(
        effects,
        [1],
        'the second call did the work again; send ctx.idempotencyKey, or declare repeat: "costs"',
      );
    } finally {
      await simulator.close();
    }
  },
};
