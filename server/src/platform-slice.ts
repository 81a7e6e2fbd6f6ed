import { listMigrations } from "../migrations/runner.ts";
import type { Probe } from "./features/health/index.ts";
import { forgetIdempotencyRecords } from "./platform/http/idempotency.ts";
import { HOUR_MS } from "./platform/time/index.ts";
import type { Services } from "./services.ts";
import type { Slice } from "./slice.ts";

/** What the platform itself has to be looked at for, and tidied up. */
export const platformSlice = (services: Services) => {
  const { clock, db, storage } = services;
  return {
    probes: probesOf(services),
    chores: [
      { name: "remove unfinished uploads", everyMs: HOUR_MS, run: () => storage.removeUnfinished() },
      { name: "forget idempotency keys", everyMs: HOUR_MS, run: () => forgetIdempotencyRecords(db, clock.now()) },
    ],
    exports: {
      tables: [],
      leftOut: {
        idempotency_records:
          "answers of the last day, which stand in the other files; encrypted, because some show secrets",
      },
    },
  } satisfies Slice;
};

function probesOf({ db, redis, plugins, storage, work }: Services): Probe[] {
  const probes: Probe[] = [
    { name: "database", types: ["application", "database"], look: () => db.ping() },
    {
      name: "migrations",
      types: ["application", "database"],
      look: async () => {
        const rows = await db.readSystem<{ name: string }>("compare migrations", {
          name: "migrations",
          text: "select name from public.migrations",
          values: [],
        });
        const present = new Set(rows.map(({ name }) => name));
        const missing = (await listMigrations()).filter((name) => !present.has(name));
        if (missing.length > 0) throw new Error(`missing: ${missing.join(", ")}`);
      },
    },
    // Without audio most operations still work: worse, not down.
    {
      name: "storage",
      types: ["application"],
      look: () =>
        storage.ping().then(
          () => undefined,
          () => "The audio storage does not answer: uploads and downloads fail",
        ),
    },
    { name: "queue", types: ["application", "webhook"], look: async () => void (await work.stats("webhook-drain")) },
    {
      name: "plugins",
      types: ["application"],
      look: async () => {
        const broken = plugins.report().filter(({ status }) => status !== "loaded" && status !== "disabled");
        return broken.length > 0
          ? `not loaded: ${broken.map(({ id, status }) => `${id} (${status})`).join(", ")}`
          : undefined;
      },
    },
  ];
  // Without Redis limits are counted per process: worse, not down.
  if (redis)
    probes.push({
      name: "redis",
      types: ["application"],
      look: () =>
        redis.ping().then(
          () => undefined,
          () => "Redis does not answer: limits count per process",
        ),
    });
  return probes;
}
