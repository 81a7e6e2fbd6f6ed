import assert from "node:assert/strict";
import { casesOf, providedBy } from "../cases.ts";
import type { Rule } from "../subject.ts";

export const casesRule: Rule = {
  id: "cases",
  level: "bronze",
  title: "every function that the plugin provides is called by a case",
  async check(subject) {
    const called = new Set(casesOf(subject).map(({ of }) => of));
    const idle = providedBy(subject).flatMap(({ of }) => (called.has(of) ? [] : [of]));
    const named = idle.map((of) => `cases: { ${of.replace(".", ": { ")}: [{ input: … }] } }`);
    assert.deepEqual(idle, [], `no case calls them; add ${named.join(", ")} (for webhooks: their samples)`);
  },
};
