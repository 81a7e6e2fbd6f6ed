import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import { newId } from "../../platform/ids/index.ts";
import { limitsOfPlan, type EffectiveLimits } from "../plans/index.ts";
import { admit, codesOf, createAccount, deciders, limitsWith, openQuota } from "./quota.fixture.ts";

describe.each(deciders)("a thousand admissions at once, decided by %s", (decider) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase({ poolMax: 10 });
  });
  afterAll(() => database?.close());

  const thousand = Array.from({ length: 1000 });
  const cases: [string, Partial<EffectiveLimits>, number, "full" | "targeted" | null][] = [
    ["monthly_pool_exhausted", { generationsPerMonth: 37 }, 37, null],
    ["hourly_burst_exceeded", { burstPerHour: 41 }, 41, null],
    ["concurrency_limit", { concurrencyMax: 20 }, 20, null],
    ["full_regen_cap", { regeneration: limitsOfPlan("standard", "live").regeneration }, 30, "full"],
    ["regen_cooldown", { regenerationCooldownSeconds: 30 }, 1, "targeted"],
  ];

  test.each(cases)("%s: as many as fit, no more and no less", async (code, limits, fits, regeneration) => {
    const accountId = await createAccount(database);
    await using world = await openQuota(database, decider, () => limitsWith(limits));
    const draftId = newId();
    const results = await Promise.all(
      thousand.map(() => admit(database, world.quota, accountId, { draftId, regeneration })),
    );
    expect(codesOf(results)).toEqual({ admitted: fits, [code]: 1000 - fits });
    expect(world.admitted.redis + world.admitted.ledger).toBe(fits);
    if (decider === "redis" && fits > 1) expect(world.admitted.redis).toBeGreaterThan(0);
  });
});
