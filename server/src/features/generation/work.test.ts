import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestDatabase } from "../../../test-kit/database.ts";
import { newId } from "../../platform/ids/index.ts";
import { PluginFailure, type PluginHost } from "../../platform/plugins/index.ts";
import { WorkDelayed } from "../../platform/work/index.ts";
import { AudioError } from "../tracks/index.ts";
import { context, costlyProvider } from "./work.fixture.ts";

/** A lost answer of a provider that bills every call. Live accounts cannot reach a simulator, so the host is a stand-in here. */
let database: TestDatabase;
let accountId: string;
let { work, orphan, statusOf } = {} as Awaited<ReturnType<typeof costlyProvider>>;
beforeAll(async () => {
  ({ database, accountId, work, orphan, statusOf } = await costlyProvider());
});
afterAll(() => database?.close());

test.each(["music", "reel", "artwork"] as const)(
  "a costly call whose answer was lost is not made again: the generation of %s fails as provider_unknown",
  async (asked) => {
    const invoke = vi.fn();
    const { kind, emitted } = work({ resolves: false, invoke });
    const id = await orphan(asked);
    const claim = await kind.claim({ id, accountId });
    if (!claim) throw new Error("not claimed");
    await kind.run(claim, context);
    expect(invoke).not.toHaveBeenCalled();
    expect(await statusOf(id)).toEqual({ status: "failed", error_code: "provider_unknown" });
    expect(emitted).toEqual(["generation.failed"]);
  },
);

test("a plugin that answers another kind than it was asked for makes nothing", async () => {
  const invoke = vi.fn(async () => ({ done: { kind: "music", audio: new Uint8Array([1]) } }));
  const { kind, emitted } = work({ resolves: true, invoke: invoke as unknown as PluginHost["invoke"] });
  const id = await orphan("artwork");
  const claim = await kind.claim({ id, accountId });
  if (!claim) throw new Error("not claimed");
  await kind.run(claim, context);
  expect(await statusOf(id)).toEqual({ status: "failed", error_code: "provider_unknown" });
  expect(emitted).toEqual(["generation.failed"]);
});

test("where the provider can be asked, it is asked, and its song is taken", async () => {
  const invoke = vi.fn(async () => ({ done: { kind: "music", audio: new Uint8Array([1]) } }));
  const { kind, emitted } = work({ resolves: true, invoke: invoke as unknown as PluginHost["invoke"] });
  const id = await orphan();
  const claim = await kind.claim({ id, accountId });
  if (!claim) throw new Error("not claimed");
  await kind.run(claim, context);
  expect(invoke.mock.calls.map((call: unknown[]) => call[2])).toEqual(["resolve"]);
  expect(await statusOf(id)).toEqual({ status: "completed", error_code: null });
  expect(emitted).toEqual(["generation.completed"]);
});

test("a billed answer that is no audio is not bought again: the generation fails as provider_unknown", async () => {
  const invoke = vi.fn(async () => ({ done: { kind: "music", audio: new Uint8Array([1]) } }));
  const store = () => Promise.reject(new AudioError("not_audio", "no audio"));
  const { kind, emitted } = work({ resolves: true, invoke: invoke as unknown as PluginHost["invoke"], store });
  const id = await orphan();
  const claim = await kind.claim({ id, accountId });
  if (!claim) throw new Error("not claimed");
  await kind.run(claim, context);
  expect(await statusOf(id)).toEqual({ status: "failed", error_code: "provider_unknown" });
  expect(emitted).toEqual(["generation.failed"]);
});

test("two claims of one row: one gets it", async () => {
  const { kind } = work({ resolves: false, invoke: vi.fn() });
  const id = await orphan();
  const claims = await Promise.all([
    kind.claim({ id, accountId }),
    kind.claim({ id, accountId }),
    kind.claim({ id, accountId }),
  ]);
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
});

test("a claim that meets the old holder in the very moment of its call knows that the call is out", async () => {
  const { kind, emitted } = work({ resolves: false, invoke: vi.fn() });
  const id = await orphan();
  await database.db.withTenant(accountId, (tx) =>
    tx.query("update generations set dispatched_at = null where id = $1", [id]),
  );
  const noted = Promise.withResolvers<void>();
  const commit = Promise.withResolvers<void>();
  const holder = database.db.withTenant(accountId, async (tx) => {
    await tx.query("update generations set dispatched_at = now() where id = $1", [id]);
    noted.resolve();
    await commit.promise;
  });
  await noted.promise;
  const claiming = kind.claim({ id, accountId });
  await expect
    .poll(() =>
      database.db.asSystem("does the claim wait?", (tx) =>
        tx.query(
          "select 1 from pg_locks join pg_stat_activity using (pid) where datname = current_database() and not granted",
        ),
      ),
    )
    .toHaveLength(1);
  commit.resolve();
  await holder;
  const claim = await claiming;
  if (!claim) throw new Error("not claimed");
  await kind.run(claim, context);
  expect(await statusOf(id)).toEqual({ status: "failed", error_code: "provider_unknown" });
  expect(emitted).toEqual(["generation.failed"]);
});

test("whoever lost the lease changes nothing any more", async () => {
  const { kind, emitted } = work({
    resolves: true,
    invoke: vi.fn(async () => ({
      done: { kind: "music", audio: new Uint8Array([1]) },
    })) as unknown as PluginHost["invoke"],
  });
  const id = await orphan();
  const claim = await kind.claim({ id, accountId });
  if (!claim) throw new Error("not claimed");
  await database.db.withTenant(accountId, (tx) =>
    tx.query("update generations set lease_token = $2 where id = $1", [id, newId()]),
  );
  await kind.run(claim, context);
  expect(await kind.renew?.(claim)).toBe(false);
  expect(await statusOf(id)).toEqual({ status: "running", error_code: null });
  expect(emitted).toEqual([]);
});

test("a generation that brings down worker after worker lets them rest longer and longer, and is given up in the end", async () => {
  const invoke = vi.fn();
  const { kind, emitted } = work({ resolves: false, invoke, retrySafety: "idempotent" });
  const id = await orphan();
  const waits: number[] = [];
  for (let crash = 1; crash < 8; crash += 1) {
    await database.db.withTenant(accountId, (tx) =>
      tx.query(
        "update generations set crashes = $2, dispatched_at = now(), status = 'running', due_at = now(), lease_until = now() - interval '1 second' where id = $1",
        [id, crash - 1],
      ),
    );
    if (crash <= 2) continue;
    const claim = await kind.claim({ id, accountId });
    if (!claim) throw new Error("not claimed");
    await expect(
      kind.run(claim, {
        ...context,
        delayUntil: (at) => {
          throw new Error(`rests ${Math.round((at.getTime() - Date.now()) / 1000)} s`);
        },
      }),
    ).rejects.toThrow(/rests \d+ s/);
    const [row] = await database.db.withTenant(accountId, (tx) =>
      tx.query<{ wait: number }>(
        "select extract(epoch from due_at - now())::float8 as wait from generations where id = $1 and status = 'queued'",
        [id],
      ),
    );
    waits.push(Math.round(row?.wait ?? 0));
  }
  expect(waits).toEqual([1, 2, 4, 8, 16]);
  await database.db.withTenant(accountId, (tx) =>
    tx.query(
      "update generations set crashes = 7, dispatched_at = now(), status = 'running', due_at = now(), lease_until = now() - interval '1 second' where id = $1",
      [id],
    ),
  );
  const last = await kind.claim({ id, accountId });
  if (!last) throw new Error("not claimed");
  await kind.run(last, context);
  expect(await statusOf(id)).toEqual({ status: "failed", error_code: "internal_error" });
  expect(invoke).not.toHaveBeenCalled();
  expect(emitted).toEqual(["generation.failed"]);
});

const entriesOf = (id: string) =>
  database.db.withTenant(accountId, (tx) =>
    tx.query("select outcome from cost_entries where generation_id = $1 order by id", [id]),
  );
const letLeaseEnd = (id: string) =>
  database.db.withTenant(accountId, (tx) =>
    tx.query(
      "update generations set due_at = now(), lease_until = case when status = 'running' then now() - interval '1 second' end where id = $1",
      [id],
    ),
  );

test("a call that was lost stays so, also when the worker that notices it dies at once: it is not made again, and recorded once", async () => {
  const invoke = vi.fn();
  const { kind } = work({ resolves: false, invoke });
  const id = await orphan();
  await kind.claim({ id, accountId });
  await letLeaseEnd(id);
  const claim = await kind.claim({ id, accountId });
  if (!claim) throw new Error("not claimed");
  await kind.run(claim, context);
  expect(invoke).not.toHaveBeenCalled();
  expect(await statusOf(id)).toEqual({ status: "failed", error_code: "provider_unknown" });
  expect(await entriesOf(id)).toEqual([{ outcome: "unknown" }]);
});

test("a provider that cannot be asked at the moment is asked later, and not called anew", async () => {
  const invoke = vi
    .fn<() => Promise<unknown>>()
    .mockRejectedValueOnce(new PluginFailure("NETWORK", "no answer", { pluginId: "costly", outcome: "failed" }))
    .mockResolvedValueOnce({ absent: true })
    .mockRejectedValueOnce(new PluginFailure("RATE_LIMIT", "later", { pluginId: "costly", outcome: "failed" }))
    .mockResolvedValueOnce({ done: { kind: "music", audio: new Uint8Array([1]) } });
  const { kind } = work({ resolves: true, invoke: invoke as unknown as PluginHost["invoke"] });
  const id = await orphan();
  for (let run = 1; run <= 3; run += 1) {
    await letLeaseEnd(id);
    const claim = await kind.claim({ id, accountId });
    if (!claim) throw new Error("not claimed");
    await kind
      .run(claim, {
        ...context,
        delayUntil: (at) => {
          throw new WorkDelayed(at);
        },
      })
      .catch((error: unknown) => {
        if (!(error instanceof WorkDelayed)) throw error;
      });
  }
  expect((invoke.mock.calls as unknown[][]).map((call) => call[2])).toEqual([
    "resolve",
    "resolve",
    "generate",
    "generate",
  ]);
  expect(await statusOf(id)).toEqual({ status: "completed", error_code: null });
});

test("work that the provider had begun and then gives up is in the cost ledger", async () => {
  const invoke = vi.fn().mockRejectedValue(
    new PluginFailure("PERMANENT", "it failed there", {
      pluginId: "costly",
      outcome: "failed",
      usage: { inputTokens: 7, outputTokens: 9 },
    }),
  );
  const { kind } = work({ resolves: true, invoke });
  for (const pending of [null, JSON.stringify({ externalId: "job-1" })]) {
    const id = await orphan("reel");
    await database.db.withTenant(accountId, (tx) =>
      tx.query(
        "update generations set pending = $2::json, dispatched_at = case when $2::json is null then dispatched_at end where id = $1",
        [id, pending],
      ),
    );
    const claim = await kind.claim({ id, accountId });
    if (!claim) throw new Error("not claimed");
    await kind.run(claim, context);
    expect(await statusOf(id)).toEqual({ status: "failed", error_code: "provider_unavailable" });
    expect(await entriesOf(id)).toEqual([{ outcome: "failed" }]);
  }
});
