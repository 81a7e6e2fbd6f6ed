import assert from "node:assert/strict";
import { run, shown } from "../run.ts";
import { simulatedCall, startedFor } from "../simulated.ts";
import type { Rule } from "../subject.ts";

export const repeatRule: Rule = {
  id: "repeat",
  needs: "generation",
  title:
    "what it says of repeating is true: if idempotent, the same idempotency key twice is one effect at the provider",
  async check(subject) {
    const { simulator: reference } = subject.plugin;
    if (subject.plugin.capabilities.generation?.repeat === "costs" || !reference) return;
    const simulator = await startedFor(reference);
    try {
      for (let turn = 0; turn < 2; turn += 1) {
        const call = await simulatedCall(subject, reference, simulator.origin);
        const { error } = await run(subject, { ...call, idempotencyKey: "piece-1" });
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
