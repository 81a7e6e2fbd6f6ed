import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureRoles } from "../../migrations/roles.ts";
import { migrateUp } from "../../migrations/runner.ts";
import { loadConfig } from "../config.ts";
import { migrateQueueSchema } from "../platform/queue/index.ts";
import { startApi } from "../api.ts";
import type { PluginHost } from "../platform/plugins/index.ts";
import { openServices } from "../services.ts";
import { createShared } from "../shared.ts";
import { startWorker } from "../worker.ts";
import { ensureSandboxKey } from "./account.ts";
import { startPostgres } from "./postgres.ts";
import { openState } from "./state.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * `npm start`: everything in one process, on embedded Postgres unless `DATABASE_URL` names another one (as somebody who may
 * create roles). Redis is used when `REDIS_URL` names it. Returns the function that stops it all.
 */
export async function startDev(env: NodeJS.ProcessEnv): Promise<() => Promise<void>> {
  const directory = env["MUSICVERSE_STATE_DIR"] ?? join(root, ".musicverse");
  const state = openState(directory);
  await using undo = new AsyncDisposableStack();

  const { adminUrl, stop } = env["DATABASE_URL"]
    ? { adminUrl: env["DATABASE_URL"], stop: async () => {} }
    : await startEmbedded(join(directory, "postgres"));
  undo.defer(stop);
  const urls = await prepareDatabase(adminUrl, { owner: state.secrets.ownerPassword, app: state.secrets.appPassword });

  const config = loadConfig({
    MASTER_KEYS: state.secrets.masterKeys,
    KEY_PEPPERS: state.secrets.keyPeppers,
    STORAGE_DIR: join(directory, "storage"),
    VALIDATE_RESPONSES: "true",
    WEBHOOK_ALLOW_LOOPBACK: "true",
    PLUGINS: "minimax,spotify",
    SIGN_IN_SIMULATOR: "true",
    SIGN_IN_REDIRECT_URIS: "http://127.0.0.1/",
    MAIL_OUTBOX: "true",
    LOG_LEVEL: "error",
    ...env,
    DATABASE_URL: urls.app,
    DATABASE_OWNER_URL: urls.owner,
  });
  const services = await openServices(config);
  undo.defer(() => services.close());
  const shared = createShared(services);
  undo.defer(() => shared.close());
  const worker = await startWorker(services, shared);
  undo.defer(() => worker.close());
  const api = await startApi(services, shared);
  undo.defer(() => api.close());

  const apiKey = await ensureSandboxKey(api.url, state.secrets, state.secrets.apiKey);
  if (apiKey !== state.secrets.apiKey) state.saveApiKey(apiKey);
  state.announce({ url: api.url, apiKey, pid: process.pid });
  undo.defer(() => state.withdraw());
  console.log(welcome(api.url, apiKey, services.plugins));

  const running = undo.move();
  return () => running.disposeAsync();
}

async function startEmbedded(directory: string) {
  const postgres = await startPostgres({ directory });
  return { adminUrl: postgres.adminUrl, stop: () => postgres.stop() };
}

/** Roles and schema as in production: the server gets the role that owns nothing. */
async function prepareDatabase(adminUrl: string, passwords: { owner: string; app: string }) {
  await ensureRoles({ adminUrl, passwords });
  const urls = {
    owner: withUser(adminUrl, "musicverse_owner", passwords.owner),
    app: withUser(adminUrl, "musicverse_app", passwords.app),
  };
  await giveDatabaseTo(adminUrl, "musicverse_owner");
  await migrateUp(urls.owner);
  await migrateQueueSchema(urls.owner);
  return urls;
}

function withUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.href;
}

async function giveDatabaseTo(adminUrl: string, owner: string): Promise<void> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const database = client.escapeIdentifier(client.database ?? "postgres");
    await client.query(
      `grant create, connect, temporary on database ${database} to ${owner}; grant usage, create on schema public to ${owner}`,
    );
  } finally {
    await client.end();
  }
}

/** All that a newcomer needs, and what is off. */
function welcome(url: string, apiKey: string, plugins: PluginHost): string {
  const off = plugins
    .report("live")
    .filter(({ live }) => !live)
    .map(({ id, config }) => {
      const missing = config.filter(({ required, configured }) => required && !configured).map(({ env }) => env);
      return `\n  Live mode:         disabled for ${id} (set ${missing.join(", ") || "its settings"})`;
    });
  return `
  MusicVerse is running at ${url}
  Email outbox:      ${url}/outbox
  Sandbox key:       ${apiKey}${off.join("")}

  Try these three lines. The sandbox's provider is simulated, so nothing costs money:

    import { MusicVerse } from "@musicverse/sdk";
    const client = new MusicVerse({ apiKey: "${apiKey}", baseUrl: "${url}" });
    console.log(await client.generations.wait((await client.generations.create({ prompt: "Lo-fi, rainy night" })).id));

  Or run a complete app in another terminal: npm run demo
  Ctrl-C stops everything; your data is kept.
`;
}
