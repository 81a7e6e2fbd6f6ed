import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import { newId } from "../../platform/ids/index.ts";
import { QuotaModel, smallPlans } from "./model.fixture.ts";
import { admit, createAccount, deciders, limitsWith, openQuota, type QuotaWorld } from "./quota.fixture.ts";

interface Real {
  world: QuotaWorld;
  accountId: string;
  drafts: string[];
}

/** The calendar's corners: the end of an hour, of a day and of a month. */
const START = Date.parse("2026-11-30T22:59:50.000Z");

/**
 * Whatever happens in whatever order (admissions one by one and at once, ends, leases that lapse, hours and months that turn, plans
 * that change, a Redis that forgets, reservations without a commit), each answer is the reference's.
 */
describe.each(deciders)("against the reference, decided by %s", (decider) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase({ poolMax: 10 });
  });
  afterAll(() => database?.close());

  const regeneration = fc.constantFrom(null, null, "targeted" as const, "full" as const);
  const command = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("admit" as const),
        draft: fc.nat(1),
        regeneration,
        times: fc.constantFrom(1, 1, 1, 5),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("settle" as const),
        which: fc.nat(20),
        outcome: fc.constantFrom("charged" as const, "refunded" as const),
        times: fc.constantFrom(1, 3),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("wait" as const),
        ms: fc.constantFrom(1, 9_999, 20_000, 31 * 60_000, 62 * 60_000, 25 * 3_600_000, 32 * 24 * 3_600_000),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("plan" as const), which: fc.nat(smallPlans.length - 1) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("hold" as const),
        which: fc.nat(20),
        ms: fc.constantFrom(5_000, 40 * 60_000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("forget" as const),
        what: fc.constantFrom("*", "*gen_used*", "*gen_hour*", "*leases*", "*state*"),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("die" as const), regeneration }) },
  );
  type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

  async function play(step: Command, model: QuotaModel, { world, accountId, drafts }: Real): Promise<void> {
    const { quota, redis, prefix } = world;
    const ids = [...model.entries.keys()];
    switch (step.do) {
      case "admit": {
        const request = {
          draftId: step.regeneration === null ? null : (drafts[step.draft] ?? null),
          regeneration: step.regeneration,
        };
        const results = await Promise.all(
          Array.from({ length: step.times }, () => admit(database, quota, accountId, request)),
        );
        // At once they may come in any order, but as many must fit as one after the other.
        for (const { id, code } of results.toSorted((a, b) => Number(a.code !== null) - Number(b.code !== null))) {
          const refusals = model.refusals(request);
          if (code === null) {
            expect(refusals, "admitted one above").toEqual([]);
            model.admit(id, request);
          } else {
            expect(refusals, "refused one that fits, or for another reason").toContain(code);
          }
        }
        return;
      }
      case "settle": {
        const id = ids[step.which % ids.length];
        if (id === undefined) return;
        await Promise.all(
          Array.from({ length: step.times }, () =>
            database.db.withTenant(accountId, (tx) => quota.settle(tx, id, step.outcome)),
          ),
        );
        const entry = model.entries.get(id);
        if (entry?.outcome === "reserved") entry.outcome = step.outcome;
        return;
      }
      case "wait":
        model.now += step.ms;
        return;
      case "plan":
        model.limits = limitsWith(smallPlans[step.which] ?? {});
        return;
      case "hold": {
        const id = ids[step.which % ids.length];
        const entry = id === undefined ? undefined : model.entries.get(id);
        if (id === undefined || !entry) return;
        const held = await database.db.withTenant(accountId, (tx) => quota.lease(tx, id, step.ms));
        const lapsed = entry.outcome === "reserved" && entry.leaseUntil <= model.now;
        expect(held).toBe(!lapsed);
        const hasRoom = model.usage().live < model.limits.concurrencyMax;
        if (lapsed)
          expect(
            await quota.leaseAgain(accountId, id, step.ms),
            "a lapsed lease, taken again where there is room",
          ).toBe(hasRoom);
        if (entry.outcome === "reserved" && (!lapsed || hasRoom)) entry.leaseUntil = model.now + step.ms;
        return;
      }
      case "forget": {
        const keys = redis ? await redis.keys(`${prefix}:${step.what}`) : [];
        if (keys.length > 0) await redis?.del(...keys);
        return;
      }
      case "die": {
        const admission = await quota.admission(accountId);
        const request = { generationId: newId(), draftId: null, regeneration: step.regeneration };
        await database.db
          .withTenant(accountId, async (tx) => {
            await admission.enforceOrThrow(tx, request);
            throw new Error("before the commit");
          })
          .catch(() => undefined);
      }
    }
  }

  test("no answer differs", async () => {
    const model = { current: new QuotaModel(START, limitsWith(smallPlans[0] ?? {})) };
    await using world = await openQuota(database, decider, () => model.current.limits, {
      now: () => model.current.now,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 60 }), async (steps) => {
        model.current = new QuotaModel(START, limitsWith(smallPlans[0] ?? {}));
        const real = { world, accountId: await createAccount(database), drafts: [newId(), newId()] };
        for (const step of steps) {
          await play(step, model.current, real);
          const { monthly, hourly, full, live } = await world.quota.usage(real.accountId);
          expect({ monthly, hourly, full, live }).toEqual(model.current.usage());
        }
      }),
      { numRuns: 60 },
    );
    if (decider === "redis") expect(world.admitted.redis).toBeGreaterThan(world.admitted.ledger / 4);
  }, 60_000);
});
