import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { TestDatabase } from "../../../test-kit/database.ts";
import { systemClock } from "../../platform/clock/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { createPluginHost, PluginFailure, type PluginHost } from "../../platform/plugins/index.ts";
import { endAbandoned } from "./abandoned.ts";
import { context, costlyProvider } from "./work.fixture.ts";

let database: TestDatabase;
let accountId: string;
let { work, orphan, statusOf } = {} as Awaited<ReturnType<typeof costlyProvider>>;
beforeAll(async () => {
  ({ database, accountId, work, orphan, statusOf } = await costlyProvider());
});
afterAll(() => database?.close());

const age = (id: string, minutes: number, pending: string | null) =>
  database.db.withTenant(accountId, (tx) =>
    tx.query(
      "update generations set created_at = now() - make_interval(mins => $2), pending = $3::json, dispatched_at = null where id = $1",
      [id, minutes, pending],
    ),
  );

test("generations of a plugin that was removed fail by name and are given back, but not before their hour is over: another worker may have it", async () => {
  const plugins = await createPluginHost({
    plugins: [],
    settings: {},
    log: silentLogger(),
    clock: systemClock,
    guardedDispatcher: () => {
      throw new Error("nobody is called");
    },
  });
  const { quota, deps } = work({ resolves: false, invoke: plugins.invoke });
  const id = await orphan();
  const admission = await quota.admission(accountId);
  await database.db.withTenant(accountId, async (tx) => {
    await tx.query("update generations set status = 'queued', dispatched_at = null, lease_until = null where id = $1", [
      id,
    ]);
    await admission.enforceOrThrow(tx, { generationId: id, draftId: null, regeneration: null });
  });
  await age(id, 60, null);
  await endAbandoned({ ...deps, plugins });
  expect((await statusOf(id))?.status).toBe("queued");
  await age(id, 62, null);
  await endAbandoned({ ...deps, plugins });
  expect(await statusOf(id)).toEqual({ status: "failed", error_code: "plugin_unavailable" });
  expect((await quota.usage(accountId)).monthly).toBe(0);
});

test("what a provider has accepted is asked for once more when its hour is over, and not thrown away unseen", async () => {
  const answers = [
    { done: { kind: "music", audio: new Uint8Array([1]) } },
    { pending: { externalId: "job-1", pollAfterMs: 1000 } },
  ];
  for (const [answer, status] of [
    [answers[0], "completed"],
    [answers[1], "failed"],
  ] as const) {
    const { kind } = work({ resolves: true, invoke: vi.fn(async () => answer) as unknown as PluginHost["invoke"] });
    const id = await orphan();
    await age(id, 61, JSON.stringify({ externalId: "job-1" }));
    const claim = await kind.claim({ id, accountId });
    if (!claim) throw new Error("not claimed");
    await kind.run(claim, context);
    expect(await statusOf(id)).toMatchObject({ status });
  }
});

test("nothing waits beyond its hour, however long a provider would have it wait", async () => {
  const limited = new PluginFailure("RATE_LIMIT", "later", {
    pluginId: "costly",
    outcome: "failed",
    retryAt: new Date(Date.now() + 5 * 3_600_000),
  });
  const { kind } = work({ resolves: true, invoke: vi.fn().mockRejectedValue(limited) });
  const id = await orphan();
  await age(id, 50, null);
  const claim = await kind.claim({ id, accountId });
  if (!claim) throw new Error("not claimed");
  await expect(
    kind.run(claim, {
      ...context,
      delayUntil: (at) => {
        throw new Error(`waits ${Math.round((at.getTime() - Date.now()) / 60_000)} min`);
      },
    }),
  ).rejects.toThrow("waits 10 min");
});
