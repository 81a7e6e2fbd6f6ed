import { expect, test, vi } from "vitest";
import { runChecks, type Probe } from "./checks.ts";

const probeThat = (look: Probe["look"]): Probe => ({ name: "database", types: ["application"], look });

test("a crowd that asks at once looks at each part once, and whoever comes later looks again", async () => {
  const answer = Promise.withResolvers<void>();
  const look = vi.fn(() => answer.promise);
  const probe = probeThat(look);
  const crowd = Array.from({ length: 50 }, () => runChecks([probe], () => undefined));
  answer.resolve();
  expect(new Set((await Promise.all(crowd)).flat().map(({ status }) => status))).toEqual(new Set(["ok"]));
  expect(look).toHaveBeenCalledTimes(1);
  await runChecks([probe], () => undefined);
  expect(look).toHaveBeenCalledTimes(2);
});

test("a part that fails is down for all who asked, and its text stays inside", async () => {
  const failures: unknown[] = [];
  const probe = probeThat(async () => {
    throw new Error("password of the database");
  });
  const answers = await Promise.all([1, 2].map(() => runChecks([probe], (_name, error) => failures.push(error))));
  for (const [check] of answers) expect(check).toMatchObject({ status: "down", message: "database does not answer" });
  expect(failures).toHaveLength(2);
});
