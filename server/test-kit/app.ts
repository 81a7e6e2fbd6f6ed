import { randomInt } from "node:crypto";
import { appendFileSync, mkdtempSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MusicVerse, type ClientOptions } from "@musicverse/sdk";
import minimax from "@musicverse/plugin-minimax";
import type { SimulatorControl } from "@musicverse/plugin-kit";
import { startSimulator } from "@musicverse/plugin-kit/simulator";
import { inject } from "vitest";
import { startApi } from "../src/api.ts";
import { setAdministrator } from "../src/features/accounts/index.ts";
import { reviseEntitlements, withGrants } from "../src/features/entitlements/index.ts";
import { operations, type OperationId } from "../src/generated/operations.ts";
import type { Clock } from "../src/platform/clock/index.ts";
import { decodeId, encodeId, newId } from "../src/platform/ids/index.ts";
import { loadConfig } from "../src/config.ts";
import { createLogger } from "../src/platform/log/index.ts";
import type { PluginSource } from "../src/platform/plugins/index.ts";
import type { IncomingRegistry } from "../src/features/incoming-events/index.ts";
import { openServices, type Services } from "../src/services.ts";
import { createShared, type Shared } from "../src/shared.ts";
import { startWorker } from "../src/worker.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

export interface TestAccount {
  email: string;
  liveId: string;
  sandboxId: string;
  sessionToken: string;
  liveKey: string;
  testKey: string;
  /** Clients with the live key and with the sandbox key; they do not retry, so a test sees each answer. */
  live: MusicVerse;
  test: MusicVerse;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** The parsed JSON, or {} when there is none. */
  body: Record<string, unknown>;
  text: string;
}

export interface RequestOptions {
  key?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array | FormData;
}

interface SignUpOptions {
  tier?: string;
  admin?: boolean;
}

export interface TestApp {
  url: string;
  /** The environment of this app, for tests that start further processes beside it. */
  env: Record<string, string>;
  services: Services;
  /** What its slices share; a test that does their work by itself takes it from here. */
  shared: Shared;
  database: TestDatabase;
  simulator: SimulatorControl;
  /** `tier`: the plan of the live account; free (10 requests an hour) when absent. `admin`: its session administrates the platform. */
  signUp(options?: SignUpOptions): Promise<TestAccount>;
  client(apiKey: string | null, options?: Partial<ClientOptions>): MusicVerse;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Operations that answered 2xx to a client that called itself the SDK. */
  operationsReached(): ReadonlySet<OperationId>;
  storedBlobs(): Promise<string[]>;
  temporaryBlobs(): Promise<string[]>;
  /** Everything logged so far. */
  logged(): string;
  close(): Promise<void>;
}

/** Another SDK in place of the JavaScript one, with clients that look the same. */
export interface SdkUnderTest {
  /** `reached` is told of every answer that was a success. */
  client(options: ClientOptions, reached: (method: string, url: string) => void): MusicVerse;
  close(): Promise<void>;
}

export interface TestAppOptions {
  /** Default true: the worker runs in the same process. */
  worker?: boolean;
  /** Default true; false to start API processes of the test's own. */
  api?: boolean;
  env?: Record<string, string>;
  /** Default: the real time. */
  clock?: Clock;
  /** Where plugins come from, instead of the installed packages. */
  pluginSource?: PluginSource;
  /** What is done about the webhooks of providers. */
  incoming?: IncomingRegistry;
  /** Name of its log; default "test". */
  logName?: string;
  /** Whose clients the app gives out; the JavaScript SDK when absent. */
  sdk?: SdkUnderTest;
}

const KEYS = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/** With MUSICVERSE_TEST_BACKEND=postgres the same tests run on PostgreSQL alone. */
const postgresOnly = process.env["MUSICVERSE_TEST_BACKEND"] === "postgres";

/** Redis of this run, or null: then everything runs on PostgreSQL alone. */
export function redisUrl(): string | null {
  return postgresOnly ? null : inject("redis");
}

/** The whole platform on a database of its own, over real HTTP on a free port, checked by the reference validator. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  await using undo = new AsyncDisposableStack();
  const database = await createTestDatabase();
  undo.defer(() => database.close());
  const storageDir = mkdtempSync(join(tmpdir(), "musicverse-storage-"));
  undo.defer(() => rm(storageDir, { recursive: true, force: true }));
  const usageDir = mkdtempSync(join(tmpdir(), "musicverse-usage-"));
  undo.defer(() => rm(usageDir, { recursive: true, force: true }));
  const load = minimax.simulator?.load;
  if (!load) throw new Error("minimax ships no simulator");
  const simulator = await startSimulator((await load())({ latency: 0 }));
  undo.defer(() => simulator.close());

  const redis = redisUrl();
  const env: Record<string, string> = {
    DATABASE_URL: database.appUrl,
    ...(redis !== null && { REDIS_URL: redis }),
    REDIS_PREFIX: `test-${newId()}`,
    // A machine that runs many tests pauses for longer than an outage is worth waiting for.
    LIMITER_TIMEOUT_MS: "10000",
    PORT: "0",
    MASTER_KEYS: `t1:${KEYS}`,
    KEY_PEPPERS: `p1:${KEYS}`,
    STORAGE_DIR: storageDir,
    USAGE_SPILL_DIR: usageDir,
    VALIDATE_RESPONSES: "true",
    WEBHOOK_ALLOW_LOOPBACK: "true",
    SWEEP_INTERVAL_MS: "200",
    LEASE_MS: "2000",
    SHUTDOWN_TIMEOUT_MS: "5000",
    PLUGINS: "minimax,spotify,stripe",
    BILLING_RETURN_ORIGINS: "https://app.example.com",
    MINIMAX_SIMULATOR_URL: simulator.origin,
    LOG_LEVEL: "debug",
    ...options.env,
  };
  const lines: string[] = [];
  const services = await openServices(loadConfig(env), {
    log: createLogger({ level: "debug", name: options.logName ?? "test" }, { write: (line) => void lines.push(line) }),
    ...(options.clock && { clock: options.clock }),
    ...(options.pluginSource && { pluginSource: options.pluginSource }),
  });
  undo.defer(() => services.close());
  undo.defer(async () => keepOutput([...lines, await services.metrics.registry.metrics()]));
  const shared = createShared(services);
  undo.defer(() => shared.close());
  if (options.worker !== false) {
    const worker = await startWorker(services, shared, options.incoming ? { incoming: options.incoming } : {});
    undo.defer(() => worker.close());
  }
  const api = options.api === false ? null : await startApi(services, shared);
  if (api) undo.defer(() => api.close());
  const url = api?.url ?? "";

  const running = undo.move();
  const reached = new Set<OperationId>();
  const note = noteOf(reached);
  const { sdk } = options;
  if (sdk) running.defer(() => sdk.close());
  const client: TestApp["client"] = (apiKey, more = {}) => {
    const chosen = { ...(apiKey !== null && { apiKey }), baseUrl: url, retriesMax: 0, ...more };
    return sdk ? sdk.client(chosen, note) : new MusicVerse({ fetch: noting(note), ...chosen });
  };
  return {
    url,
    env,
    services,
    shared,
    database,
    simulator: simulator.control,
    client,
    signUp: (wanted = {}) => signUp(services, client, wanted),
    request: (method, path, request = {}) => send(url, method, path, request),
    operationsReached: () => reached,
    storedBlobs: async () => (await files(storageDir)).filter((name) => !name.startsWith(".")),
    temporaryBlobs: async () => (await files(storageDir)).filter((name) => name.startsWith(".")),
    logged: () => lines.join(""),
    close: () => running.disposeAsync(),
  };
}

/** As an administrator would, but without a word of it in the account's events; known everywhere within a second. */
export async function grantPlan(
  { db, clock }: Pick<Services, "db" | "clock">,
  accountId: string,
  plan: string,
): Promise<void> {
  await db.withTenant(decodeId("acc", accountId) ?? "", (tx) =>
    reviseEntitlements({ clock, emit: () => Promise.resolve("") }, tx, {
      cause: { kind: "administrator", ids: ["test"] },
      wanted: (held, now) => withGrants(held, { plan }, now),
    }),
  );
}

async function signUp(
  services: Services,
  client: TestApp["client"],
  { tier, admin }: SignUpOptions,
): Promise<TestAccount> {
  const email = `${encodeId("usr", newId())}@example.com`;
  const { session } = await client(null, { defaultHeaders: ownNetwork() }).accounts.signUp({
    email,
    password: "pw-canary-of-a-test",
    name: "Tester",
  });
  const owner = client(session.token);
  const profile = await owner.accounts.getProfile();
  if (tier !== undefined) await grantPlan(services, profile.live_account_id, tier);
  if (admin)
    await services.db.asSystem("a test appoints an administrator", (tx) =>
      setAdministrator(tx, { email, isAdmin: true, at: new Date() }),
    );
  const [live, test] = [
    await owner.apiKeys.create({ name: "live" }),
    await owner.apiKeys.create({ name: "test" }, { mode: "test" }),
  ];
  return {
    email,
    liveId: profile.live_account_id,
    sandboxId: profile.sandbox_account_id,
    sessionToken: session.token,
    liveKey: live.key,
    testKey: test.key,
    live: client(live.key),
    test: client(test.key),
  };
}

/** Counts where the app trusts a proxy: so many people from one address would use up its limit for signing up. */
const ownNetwork = () => ({
  "X-Forwarded-For": `2001:db8:${randomInt(65_536).toString(16)}:${randomInt(65_536).toString(16)}::1`,
});

/** Keeps which operation a successful request was. */
function noteOf(reached: Set<OperationId>): (method: string, url: string) => void {
  const patterns = Object.entries(operations).map(([id, { method, path }]) => ({
    id: id as OperationId,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  }));
  return (method, url) => {
    const { pathname } = new URL(url);
    const operation = patterns.find(
      (candidate) => candidate.method === method.toUpperCase() && candidate.pattern.test(pathname),
    );
    if (operation) reached.add(operation.id);
  };
}

/** fetch that tells which requests were answered well. */
function noting(note: (method: string, url: string) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.ok) note(init?.method ?? "GET", input instanceof Request ? input.url : String(input));
    return response;
  };
}

async function send(
  url: string,
  method: string,
  path: string,
  { key, headers, body, raw }: RequestOptions,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: method.toUpperCase(),
    headers: {
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(raw !== undefined && { body: raw as NonNullable<RequestInit["body"]> }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: json && text !== "" ? (JSON.parse(text) as Record<string, unknown>) : {},
    text,
  };
}

async function files(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

/** For the search for secrets after the run. */
function keepOutput(lines: string[]): void {
  const folder = process.env["MUSICVERSE_TEST_OUTPUT"];
  if (folder) appendFileSync(join(folder, `${process.pid}.log`), lines.join(""));
}
