import assert from "node:assert/strict";
import { isPluginError, PluginError } from "../../errors.ts";
import { providerCases } from "../cases.ts";
import { now } from "../clock.ts";
import { run, shown, type Upstream } from "../run.ts";
import type { ErrorCase, Rule } from "../subject.ts";

/** Every provider has a way to these; the author's table must show it. */
const wanted = ["RATE_LIMIT", "UPSTREAM", "NETWORK"] as const;

export const errorsRule: Rule = {
  id: "errors",
  level: "silver",
  needs: "network",
  title: "each failure of the provider becomes the right code, with the time of the next try",
  async check(subject) {
    const { errors } = subject.options;
    const asking = providerCases(subject);
    const expires = asking.some(({ declaration }) => declaration.auth === "connection");
    const missing = [...wanted, ...(expires ? (["AUTH_EXPIRED"] as const) : [])].filter(
      (code) => !errors.some((each) => each.code === code),
    );
    assert.deepEqual(missing, [], "the table of errors has no case for these codes");
    const cases = asking.flatMap((of) =>
      errors
        .filter((each) => (each.function ?? of.of) === of.of && (each.kind ?? of.kind) === of.kind)
        .map((each) => ({ each, of })),
    );
    for (const { each, of } of cases) {
      const { error, output } = await run(subject, of, { upstream: upstreamOf(each) });
      assert.ok(
        isPluginError(error),
        `${of.title}, ${each.name}: expected PluginError ${each.code}, got ${shown(error ?? output)}`,
      );
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
