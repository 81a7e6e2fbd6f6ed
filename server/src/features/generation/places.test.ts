import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import { systemClock } from "../../platform/clock/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { createMemoryLimiter } from "../../platform/limiter/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { PluginFailure, type PluginHost } from "../../platform/plugins/index.ts";
import { WorkDelayed } from "../../platform/work/index.ts";
import { createCostLedger } from "../costs/index.ts";
import { limitsOfPlan } from "../plans/index.ts";
import { createQuota, type ProviderPlaces } from "../quota/index.ts";
import type { Lane } from "./pointer.ts";
import type { Makers } from "./products.ts";
import { generationWork, type GenerationWorkDeps } from "./work.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.close());

const invoke = vi.fn(async () => {
  throw new PluginFailure("VALIDATION", "the provider was called", { pluginId: "costly", outcome: "failed" });
});

/** A worker for live accounts of the free plan, one generation at a time, at a provider that takes two calls at once and some a minute. */
function worker(places: ProviderPlaces, callsPerMinute = 10) {
  const quota = createQuota({
    db: database.db,
    counters: null,
    plans: { getEffectiveLimits: () => limitsOfPlan("free", "live") },
  });
  const report = [{ id: "costly", limits: { max: callsPerMinute, perSeconds: 60, concurrent: 2 } }];
  const plugins = {
    report: () => report,
    retrySafety: () => "billable",
    can: () => false,
    invoke,
  } as unknown as PluginHost;
  const deps: GenerationWorkDeps = {
    db: database.db,
    plugins,
    places,
    quota,
    costs: createCostLedger({ clock: systemClock, prices: new Map() }),
    clock: systemClock,
    concurrency: 1,
    leaseMs: 30_000,
    limiter: createMemoryLimiter(systemClock),
    emit: async () => newId(),
    feed: { subscribe: () => () => undefined },
    makers: {} as Makers,
  };
  return { kind: generationWork(deps, { pluginId: "costly", mode: "live", lane: "interactive" }), quota };
}

const context = {
  signal: new AbortController().signal,
  closing: new AbortController().signal,
  log: silentLogger(),
  delayUntil: (date: Date): never => {
    throw new WorkDelayed(date);
  },
};
const roomy: ProviderPlaces = { take: async () => true, release: async () => undefined };

async function account(): Promise<string> {
  const [live, sandbox] = [newId(), newId()];
  await database.db.asSystem("a test's account", (tx) =>
    tx.query(
      "insert into accounts (id, mode, twin_id, name) values ($1, 'live', $2, 'test'), ($2, 'test', $1, 'test')",
      [live, sandbox],
    ),
  );
  return live;
}

async function admitted(
  { quota }: ReturnType<typeof worker>,
  accountId: string,
  lane: Lane = "interactive",
): Promise<string> {
  const id = newId();
  const admission = await quota.admission(accountId);
  await database.db.withTenant(accountId, async (tx) => {
    await admission.enforceOrThrow(tx, { generationId: id, draftId: null, regeneration: null });
    await tx.query(
      `insert into generations (account_id, id, kind, status, lane, plugin_id, model, input, request_id)
       values ($1, $2, 'music', 'queued', $4, 'costly', 'm', $3, 'req_test')`,
      [
        accountId,
        id,
        JSON.stringify({ prompt: "prompt-canary", lyrics: null, instrumental: true, duration_seconds: 5 }),
        lane,
      ],
    );
  });
  return id;
}

async function run({ kind }: ReturnType<typeof worker>, accountId: string, id: string): Promise<"delayed" | "ran"> {
  const claim = await kind.claim({ id, accountId });
  if (!claim) throw new Error("not claimed");
  return kind.run(claim, context).then(
    () => "ran" as const,
    (error: unknown) => {
      if (error instanceof WorkDelayed) return "delayed" as const;
      throw error;
    },
  );
}

async function stateOf(accountId: string, id: string) {
  const [row] = await database.db.withTenant(accountId, (tx) =>
    tx.query<{ status: string; attempts: number; outcome: string }>(
      "select g.status, g.attempts, q.outcome from generations g join quota_entries q on q.generation_id = g.id where g.id = $1",
      [id],
    ),
  );
  return row;
}

test("a killed worker's place in its account frees itself; the next worker takes it again, or waits until there is room", async () => {
  const here = worker(roomy);
  const accountId = await account();
  const killed = await admitted(here, accountId);
  await expect(admitted(here, accountId)).rejects.toMatchObject({ code: "concurrency_limit" });
  const claim = await here.kind.claim({ id: killed, accountId });
  expect(claim?.leased).toBe(true);
  const lapse = (tx: { query: (text: string, values: unknown[]) => Promise<unknown> }) =>
    Promise.all([
      tx.query("update generations set lease_until = now() - interval '1 second' where id = $1", [killed]),
      tx.query("update quota_entries set lease_until = now() - interval '1 second' where generation_id = $1", [killed]),
    ]);
  await database.db.withTenant(accountId, lapse);
  const other = await admitted(here, accountId);
  const calls = invoke.mock.calls.length;
  expect(await run(here, accountId, killed)).toBe("delayed");
  expect(await stateOf(accountId, killed)).toEqual({ status: "queued", attempts: 1, outcome: "reserved" });
  expect(invoke.mock.calls.length - calls).toBe(0);

  expect(await run(here, accountId, other)).toBe("ran");
  expect(await stateOf(accountId, other)).toMatchObject({ status: "failed", outcome: "refunded" });
  await database.db.withTenant(accountId, (tx) =>
    tx.query("update generations set due_at = now() where id = $1", [killed]),
  );
  expect(await run(here, accountId, killed)).toBe("ran");
  expect(invoke.mock.calls.length - calls).toBe(2);
  expect(await stateOf(accountId, killed)).toMatchObject({ status: "failed", outcome: "refunded" });
});

test("while the provider's places are taken a generation waits, which is no attempt; its own is given back in the end", async () => {
  const asked: [string, number][] = [];
  const released: string[] = [];
  let free = false;
  const here = worker({
    take: async ({ generationId }, max) => {
      asked.push([generationId, max]);
      return free;
    },
    release: async ({ generationId }) => void released.push(generationId),
  });
  const accountId = await account();
  const id = await admitted(here, accountId);
  const calls = invoke.mock.calls.length;
  expect(await run(here, accountId, id)).toBe("delayed");
  expect(await stateOf(accountId, id)).toEqual({ status: "queued", attempts: 0, outcome: "reserved" });
  expect(asked).toEqual([[id, 2]]);
  expect(released).toEqual([]);
  free = true;
  await database.db.withTenant(accountId, (tx) =>
    tx.query("update generations set due_at = now() where id = $1", [id]),
  );
  expect(await run(here, accountId, id)).toBe("ran");
  expect(invoke.mock.calls.length - calls).toBe(1);
  expect(released).toEqual([id]);
});

test("no more calls a minute than the provider takes, over both lanes, and bulk leaves some to interactive work", async () => {
  const released: string[] = [];
  const here = worker(
    { take: async () => true, release: async ({ generationId }) => void released.push(generationId) },
    3,
  );
  const one = async (lane: Lane) => {
    const accountId = await account();
    const id = await admitted(here, accountId, lane);
    return { id, came: await run(here, accountId, id) };
  };
  const bulk = [await one("bulk"), await one("bulk"), await one("bulk")];
  expect(bulk.map(({ came }) => came)).toEqual(["ran", "ran", "delayed"]);
  expect(released, "what waits for its call holds no place meanwhile").toContain(bulk[2]?.id);
  expect((await one("interactive")).came).toBe("ran");
  expect((await one("interactive")).came).toBe("delayed");
});
