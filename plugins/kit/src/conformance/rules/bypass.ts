import assert from "node:assert/strict";
import { concerns, isWithin } from "../levels.ts";
import type { Rule } from "../subject.ts";

const reasonLengthMin = 20;

/** A function, because the list of rules has this rule in it. */
export const bypassRule = (rules: () => readonly Rule[]): Rule => ({
  id: "bypass",
  level: "bronze",
  title: "what is bypassed is a rule that applies, with a reason in a sentence",
  async check({ plugin, options }) {
    for (const [id, reason] of Object.entries(options.bypass ?? {})) {
      const rule = rules().find((each) => each.id === id);
      assert.ok(rule && id !== "bypass", `bypass: there is no rule ${id} that can be bypassed`);
      assert.ok(
        concerns(rule, plugin) && isWithin(rule, options),
        `bypass: ${id} does not apply to this plugin at this level; remove the entry`,
      );
      assert.ok(
        reason.trim().length >= reasonLengthMin,
        `bypass: say why ${id} is not kept, in a sentence (at least ${reasonLengthMin} characters)`,
      );
    }
  },
});
