import { definePlugin, type AnyPlugin } from "@musicverse/plugin-kit";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../../test-kit/app.ts";
import { wavOf } from "../../../test-kit/audio.ts";
import type { PluginSource } from "../../platform/plugins/index.ts";

const IDS = ["one", "two", "three", "four", "five", "six"].map((name) => `maker-${name}`);
/** Of a database of its own by default: PostgreSQL allows 100 in all. */
const CONNECTIONS_MAX = 30;

const maker = (id: string): AnyPlugin =>
  definePlugin({
    id,
    version: "1.0.0",
    kit: "^0.1.0",
    name: id,
    docs: "https://example.com/docs",
    config: {},
    hosts: [],
    capabilities: {
      generation: {
        retrySafety: { generate: "idempotent" },
        models: () => [{ id: `${id}-1`, kind: "music", name: id, default: true }],
        generate: async () => ({
          done: {
            kind: "music",
            audio: wavOf({ seconds: 1 }),
            format: "wav",
            model: `${id}-1`,
            lyrics: null,
            durationMs: null,
            providerReference: null,
            costMicros: null,
          },
        }),
      },
    },
  });

const makers: PluginSource = {
  find: (packageName) => (IDS.includes(packageName) ? { packageName, version: "1.0.0", kit: "^0.1.0" } : null),
  load: async (id) => ({ default: maker(id) }),
};

let app: TestApp;
beforeAll(async () => {
  // Empty: PostgreSQL is the only service.
  app = await startTestApp({ env: { REDIS_URL: "", PLUGINS: IDS.join(",") }, pluginSource: makers });
});
afterAll(() => app?.close());

test("six plugins make songs on PostgreSQL alone, on as many connections as one would take", async () => {
  const account = await app.signUp({ tier: "enterprise" });
  const asked = await Promise.all(
    IDS.map((id) => account.live.generations.create({ kind: "music", prompt: "rain", model: `${id}-1` })),
  );
  const states = () => Promise.all(asked.map(async ({ id }) => (await account.live.generations.get(id)).status));
  await expect.poll(states, { timeout: 60_000 }).toEqual(IDS.map(() => "completed"));
  const admin = new Client({ connectionString: app.database.adminUrl });
  await admin.connect();
  const { rows } = await admin
    .query<{ open: number }>("select count(*)::int as open from pg_stat_activity where datname = current_database()")
    .finally(() => admin.end());
  expect(rows[0]?.open).toBeLessThan(CONNECTIONS_MAX);
});
