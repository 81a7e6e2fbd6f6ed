import assert from "node:assert/strict";
import { retrySafetyOf } from "../../capabilities/index.ts";
import { providerCases } from "../cases.ts";
import { run, shown } from "../run.ts";
import { simulatedCall, startedFor } from "../simulated.ts";
import type { Rule } from "../subject.ts";

export const retrySafetyRule: Rule = {
  id: "retry-safety",
  level: "silver",
  needs: "network",
  title: "an idempotent function called twice with the same key has one effect at the provider, a safe one has none",
  async check(subject) {
    const { plugin } = subject;
    if (!plugin.simulator) return;
    for (const of of providerCases(subject).filter(({ simulated }) => simulated)) {
      const safety = retrySafetyOf(plugin, of.capability, of.fn);
      if (safety === "billable") continue;
      const simulator = await startedFor(plugin.simulator);
      try {
        for (let turn = 0; turn < 2; turn += 1) {
          const call = await simulatedCall(subject, plugin.simulator, simulator.origin);
          const { error } = await run(subject, of, { ...call, idempotencyKey: "piece-1" });
          assert.equal(error, undefined, `${of.title}: ${shown(error)}`);
        }
        const effects = Object.values(simulator.control.effects());
        const told = `${of.title} is ${safety}, but two calls with one key left these effects`;
        assert.deepEqual(effects, safety === "safe" ? [] : [1], `${told}; send ctx.idempotencyKey, or do not claim it`);
      } finally {
        await simulator.close();
      }
    }
  },
};
