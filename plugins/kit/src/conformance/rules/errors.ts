import assert from "node:assert/strict";
import { isPluginError, PluginError } from "../../errors.ts";
import { inputOfEachKind, now, run, shown, type Upstream } from "../run.ts";
import type { ErrorCase, Rule } from "../subject.ts";

/** Codes that every provider has a way to; the author's table must show them. */
const wanted = ["RATE_LIMIT", "UPSTREAM", "NETWORK"] as const;

export const errorsRule: Rule = {
  id: "errors",
  needs: "calls",
  title: "each failure of the provider becomes the right code, with the time of the next try",
  async check(subject) {
    const { errors } = subject.options;
    const missing = wanted.filter((code) => !errors.some((each) => each.code === code));
    assert.deepEqual(missing, [], "the table of errors has no case for these codes");
    const cases = inputOfEachKind(subject).flatMap((input) =>
      errors.filter(({ kind }) => kind === undefined || kind === input?.kind).map((each) => ({ each, input })),
    );
    for (const { each, input } of cases) {
      const { error, output } = await run(subject, { upstream: upstreamOf(each), input });
      assert.ok(isPluginError(error), `${each.name}: expected PluginError ${each.code}, got ${shown(error ?? output)}`);
      assert.equal(error.code, each.code, each.name);
      if (each.retryAfterSeconds !== undefined) {
        assert.equal(error.retryAt?.getTime(), now.getTime() + each.retryAfterSeconds * 1000, `${each.name}: retryAt`);
      }
      if (each.outcome !== undefined) assert.equal(error.outcome, each.outcome, `${each.name}: outcome`);
    }
  },
};

export const upstreamOf =
  ({ answer }: ErrorCase): Upstream =>
  async () => {
    if (answer === "reset") throw new PluginError("NETWORK", "the connection was reset");
    return answer;
  };
