import assert from "node:assert/strict";
import { describeIssues } from "../../issues.ts";
import { casesOf, providedBy } from "../cases.ts";
import { run, shown } from "../run.ts";
import type { Rule } from "../subject.ts";

export const outputRule: Rule = {
  id: "output",
  level: "bronze",
  title: "every function answers its cases with an output that fits the capability",
  async check(subject) {
    for (const of of casesOf(subject)) {
      const { error, output } = await run(subject, of);
      assert.equal(error, undefined, `${of.title} failed: ${shown(error)}`);
      const result = of.declaration.output.safeParse(output);
      if (!result.success) assert.fail(`${of.title}: ${describeIssues(result.error).join("; ")}`);
      const pending = typeof output === "object" && output !== null && "pending" in output;
      const resolves = providedBy(subject).some(({ of: name }) => name === "generation.resolve");
      assert.ok(!pending || resolves, `${of.title} answers pending, so resolve is needed`);
    }
  },
};
