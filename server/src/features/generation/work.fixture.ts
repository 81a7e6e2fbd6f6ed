import type { RetrySafety } from "@musicverse/plugin-kit";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import { systemClock } from "../../platform/clock/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { createMemoryLimiter } from "../../platform/limiter/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import { createCostLedger } from "../costs/index.ts";
import { limitsOfPlan } from "../plans/index.ts";
import { createProviderPlaces, createQuota } from "../quota/index.ts";
import type { Makers } from "./products.ts";
import { generationWork, type GenerationWorkDeps } from "./work.ts";

export const context = {
  signal: new AbortController().signal,
  closing: new AbortController().signal,
  log: silentLogger(),
  delayUntil: (): never => {
    throw new Error("nothing is delayed here");
  },
};

interface Provider {
  resolves: boolean;
  invoke: PluginHost["invoke"];
  store?: () => Promise<never>;
  retrySafety?: RetrySafety;
}

const wishes = {
  music: { prompt: "prompt-canary", lyrics: null, instrumental: true, duration_seconds: 5 },
  reel: {
    brief: "prompt-canary",
    platform: "tiktok",
    tone: "playful",
    language: "en",
    variants: 1,
    instructions: null,
    avoid: [],
    target: null,
  },
  artwork: { prompt: "prompt-canary" },
};

/** A provider that bills every call. Live accounts cannot reach a simulator, so the plugin host is a stand-in here. */
export async function costlyProvider() {
  const database: TestDatabase = await createTestDatabase();
  const accountId = newId();
  const twin = newId();
  await database.db.asSystem("a test's account", (tx) =>
    tx.query(
      `insert into accounts (id, mode, twin_id, name) values ($1, 'live', $2, 'test'), ($2, 'test', $1, 'test')`,
      [accountId, twin],
    ),
  );

  function work({ resolves, invoke, store, retrySafety = "billable" }: Provider) {
    const plugins = {
      report: () => [],
      retrySafety: () => retrySafety,
      can: () => resolves,
      invoke,
    } as unknown as PluginHost;
    const emitted: string[] = [];
    const quota = createQuota({
      db: database.db,
      counters: null,
      plans: { getEffectiveLimits: () => limitsOfPlan("free", "live") },
    });
    const deps: GenerationWorkDeps = {
      db: database.db,
      plugins,
      clock: systemClock,
      concurrency: 1,
      leaseMs: 30_000,
      limiter: createMemoryLimiter(systemClock),
      emit: async (_tx, { type }) => {
        emitted.push(type);
        return newId();
      },
      costs: createCostLedger({ clock: systemClock, prices: new Map() }),
      quota,
      places: createProviderPlaces({ redis: null, prefix: "test", log: silentLogger() }),
      feed: { subscribe: () => () => undefined },
      makers: {
        tracks: {
          store: store ?? (async () => ({ facts: { durationMs: 5000 } }) as never),
          create: async () => ({ id: newId() }),
          discard: async () => undefined,
        },
      } as Partial<Makers> as Makers,
    };
    return {
      kind: generationWork(deps, { pluginId: "costly", mode: "live", lane: "interactive" }),
      deps,
      emitted,
      quota,
    };
  }

  async function orphan(asked: keyof typeof wishes = "music"): Promise<string> {
    const id = newId();
    // As a killed worker leaves it: running, its call out, its lease over.
    await database.db.withTenant(accountId, (tx) =>
      tx.query(
        `insert into generations (account_id, id, kind, status, lane, plugin_id, model, input, request_id, attempts, dispatched_at, lease_token, lease_until)
         values ($1, $2, $5, 'running', 'interactive', 'costly', 'm', $3, 'req_test', 1, now() - interval '1 minute', $4, now() - interval '1 second')`,
        [accountId, id, JSON.stringify(wishes[asked]), newId(), asked],
      ),
    );
    return id;
  }

  async function statusOf(id: string) {
    const [row] = await database.db.withTenant(accountId, (tx) =>
      tx.query<{ status: string; error_code: string | null }>(
        "select status, error_code from generations where id = $1",
        [id],
      ),
    );
    return row;
  }

  return { database, accountId, work, orphan, statusOf };
}
