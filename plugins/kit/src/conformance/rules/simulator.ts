import assert from "node:assert/strict";
import { isPluginError } from "../../errors.ts";
import type { RunningSimulator } from "../../simulator/start-simulator.ts";
import { providerCases } from "../cases.ts";
import { now } from "../clock.ts";
import { run, shown, type Call, type Outcome } from "../run.ts";
import { simulatedCall, startedFor } from "../simulated.ts";
import type { Rule, Subject } from "../subject.ts";

export const simulatorRule: Rule = {
  id: "simulator",
  level: "gold",
  needs: "network",
  title: "a simulator is shipped: it answers, counts, and fails when told to",
  async check(subject) {
    const { plugin } = subject;
    assert.ok(plugin.simulator, "ship a simulator: sandbox accounts, tests and the demo need one");
    const simulator = await startedFor(plugin.simulator);
    try {
      await failsAndRecovers(subject, simulator, await simulatedCall(subject, plugin.simulator, simulator.origin));
    } finally {
      await simulator.close();
    }
  },
};

async function failsAndRecovers(subject: Subject, { control }: RunningSimulator, call: Call): Promise<void> {
  const cases = providerCases(subject).filter(({ simulated }) => simulated);
  const [first] = cases;
  assert.ok(first, "the suite needs a case that the simulator can answer");
  const works = async (when: string): Promise<void> => {
    for (const of of cases) {
      const { error } = await run(subject, of, call);
      assert.equal(error, undefined, `${of.title}, ${when}: ${shown(error)}`);
    }
  };
  const failsWith = async (fault: string, code: string): Promise<Outcome> => {
    control.fail({ fault, times: 1, retryAfterSeconds: 7 });
    const outcome = await run(subject, first, call);
    assert.ok(isPluginError(outcome.error), `${fault}: ${shown(outcome.error)}`);
    assert.equal(outcome.error.code, code, fault);
    return outcome;
  };
  await works("a good call");
  const { error } = await failsWith("rate_limit", "RATE_LIMIT");
  assert.ok(
    isPluginError(error) && error.retryAt?.getTime() === now.getTime() + 7000,
    "rate_limit: retryAt from Retry-After",
  );
  await failsWith("drop", "NETWORK");
  await failsWith("truncate", "NETWORK");
  await failsWith("garbage", "UPSTREAM");
  await works("after its faults");
  const calls = Object.values(control.calls()).reduce((sum, count) => sum + count, 0);
  assert.ok(calls >= 6, `counted ${calls} requests of at least 6`);
}
