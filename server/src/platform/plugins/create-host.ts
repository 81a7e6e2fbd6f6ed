import { randomBytes } from "node:crypto";
import {
  authorizationUrl,
  exchangeCode,
  refreshTokens,
  functionsOf,
  type CapabilityName,
  type OAuthClient,
  type OAuthTokens,
} from "@musicverse/plugin-kit";
import type { SimulatorStore } from "@musicverse/plugin-kit/simulator";
import { Pool, type Dispatcher } from "undici";
import type { Clock } from "../clock/index.ts";
import type { Logger } from "../log/index.ts";
import { Breaker } from "./breaker.ts";
import { PluginFailure } from "./failure.ts";
import { assertConfigured, invokePlugin, isReady, retrySafetyIn, type Mode, type Registered } from "./invoke.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { PluginCache } from "./kv.ts";
import { loadPlugin, type LeftOut, type LoadedPlugin } from "./load-plugin.ts";
import { modelsOf } from "./models.ts";
import { askedForTokens, oauthClient } from "./oauth.ts";
import type { PluginCall, PluginHost, PluginReport } from "./plugin-host.ts";
import { installedPackages, type PluginSource } from "./plugin-source.ts";
import { reportOf } from "./report.ts";
import { Simulators } from "./simulators.ts";
import { liveTarget } from "./target.ts";

const OUTLET_TIMEOUT_MS = 30_000;
const OUTLET_BYTES_MAX = 10 * 1024 * 1024;

export interface PluginHostOptions {
  /** Names as in the setting PLUGINS; `!` in front lists a plugin without using it. */
  plugins: readonly string[];
  /** The environment, or what stands for it: only the plugins' own variables are read. */
  settings: Readonly<Record<string, string | undefined>>;
  log: Logger;
  clock: Clock;
  /** A dispatcher that reaches public addresses only; the host closes it never. */
  guardedDispatcher: (pluginId: string, origin: string) => Dispatcher;
  /** How long simulators pretend to work: 1 like the provider in short, 0 at once. Default 1. */
  simulatorLatency?: number;
  importTimeoutMs?: number;
  /** Where simulators keep what all processes see. Default: each process its own memory. */
  simulatorStore?: (pluginId: string) => SimulatorStore;
  /** `whsec_…` with which a plugin's simulator signs its webhooks, the same in every process. Default: one of this process. */
  simulatorWebhookSecret?: (pluginId: string) => string;
  source?: PluginSource;
}

/** Loads the configured plugins, leaving out and reporting what does not work, and calls them for the features. */
export async function createPluginHost(options: PluginHostOptions): Promise<PluginHost> {
  const { log, clock, settings } = options;
  const load = {
    source: options.source ?? installedPackages(),
    settings,
    importTimeoutMs: options.importTimeoutMs ?? 10_000,
  };
  const ownSecrets = new Map<string, string>();
  const ownSecret = (pluginId: string): string =>
    ownSecrets.get(pluginId) ??
    ownSecrets.set(pluginId, `whsec_${randomBytes(32).toString("base64")}`).get(pluginId) ??
    "";
  const secretsFor = (pluginId: string) => ({ webhookSecret: (options.simulatorWebhookSecret ?? ownSecret)(pluginId) });
  const results = await Promise.all(options.plugins.map((name) => loadPlugin(name, load)));
  let reached: { publicUrl: string; ownUrl: string } | null = null;
  const simulators = new Simulators({
    latency: options.simulatorLatency ?? 1,
    settings,
    secretsFor,
    optionsFor: (pluginId) => ({
      ...(options.simulatorStore && { store: options.simulatorStore(pluginId) }),
      ...secretsFor(pluginId),
      now: () => clock.now(),
      surroundings: () => ({
        pagesUrl: reached && `${reached.publicUrl}/sandbox/${pluginId}`,
        hooksUrl: reached && `${reached.ownUrl}/hooks/${pluginId}`,
      }),
    }),
  });
  const cache = new PluginCache();
  const direct = new Map<string, Pool>();
  const registered = new Map<string, Registered>();
  const entries: (Registered | LeftOut)[] = [];

  for (const result of results) {
    const entry = register(result);
    entries.push(entry);
    if ("breakers" in entry) registered.set(entry.plugin.id, entry);
    logLoaded(log, entry);
  }

  function register(result: LoadedPlugin | LeftOut): Registered | LeftOut {
    if ("status" in result) return result;
    const { plugin } = result;
    if (registered.has(plugin.id)) {
      const { id, name, version } = plugin;
      return {
        ...result,
        id,
        name,
        version,
        status: "failed",
        error: `The id "${id}" is taken by another plugin in PLUGINS.`,
      };
    }
    const breakers = { live: new Breaker(clock), test: new Breaker(clock) };
    return { ...result, breakers, models: modelsOf(result, clock, log), sandbox: simulators.has(plugin) };
  }

  /** The simulator is on loopback, which the guard refuses: it gets a way of its own, and only that origin. */
  function directDispatcher(origin: string): Dispatcher {
    const pool = direct.get(origin) ?? new Pool(origin, { connections: 64 });
    direct.set(origin, pool);
    return pool;
  }

  const capabilityOf = <C extends CapabilityName>(pluginId: string, capability: C) =>
    registered.get(pluginId)?.plugin.capabilities[capability];

  function known(pluginId: string): Registered {
    const entry = registered.get(pluginId);
    if (entry) return entry;
    throw new PluginFailure("UNAVAILABLE", `the plugin ${pluginId} is not loaded`, { pluginId });
  }

  const targetOf = async ({ plugin, settings: own }: Registered, mode: Mode) =>
    mode === "test" ? simulators.target(plugin) : liveTarget(plugin, own.config);

  const dispatcherOf =
    (pluginId: string, mode: Mode) =>
    (origin: string): Dispatcher =>
      mode === "test" ? directDispatcher(origin) : options.guardedDispatcher(pluginId, origin);

  async function tokensFrom(
    pluginId: string,
    { account: { mode }, signal }: PluginCall,
    secrets: string[],
    ask: (client: OAuthClient, within: AbortSignal) => Promise<OAuthTokens>,
  ): Promise<OAuthTokens> {
    const entry = known(pluginId);
    assertConfigured(entry, mode);
    const send = { dispatcherFor: dispatcherOf(pluginId, mode), signal };
    const client = oauthClient({ entry, target: await targetOf(entry, mode), send });
    return askedForTokens(client, { entry, mode, signal, log, secrets }, ask);
  }

  return {
    report: (mode: Mode = "live"): PluginReport[] => entries.map((entry) => reportOf(entry, mode)),
    having: (capability) =>
      [...registered.values()].flatMap(({ plugin }) => (plugin.capabilities[capability] ? [plugin.id] : [])),
    models: (pluginId) => registered.get(pluginId)?.models ?? [],
    retrySafety: (pluginId, capability, fn, mode) => {
      const entry = registered.get(pluginId);
      return entry ? retrySafetyIn(entry, capability, fn, mode) : "billable";
    },
    can: (pluginId, capability, fn) =>
      fn in functionsOf(capability) &&
      (capabilityOf(pluginId, capability) as Record<string, unknown> | undefined)?.[fn] !== undefined,
    ready: (pluginId, mode) => {
      const entry = registered.get(pluginId);
      return entry !== undefined && isReady(entry, mode);
    },
    authorizationUrl: async (pluginId, mode, request) => {
      const entry = known(pluginId);
      assertConfigured(entry, mode);
      return authorizationUrl(oauthClient({ entry, target: await targetOf(entry, mode), send: null }), request);
    },
    exchangeCode: (pluginId, call, given) =>
      tokensFrom(pluginId, call, Object.values(given), (client, signal) => exchangeCode(client, { ...given, signal })),
    refreshTokens: (pluginId, call, refreshToken) =>
      tokensFrom(pluginId, call, [refreshToken], (client, signal) => refreshTokens(client, { refreshToken, signal })),
    outlet: async (pluginId, mode) => {
      const entry = known(pluginId);
      assertConfigured(entry, mode);
      const target = await targetOf(entry, mode);
      const send = {
        dispatcherFor: dispatcherOf(pluginId, mode),
        signal: null,
        timeoutMs: OUTLET_TIMEOUT_MS,
        bytesMax: OUTLET_BYTES_MAX,
      };
      return { config: target.config, fetch: guardedFetch(target, send) };
    },
    reachedAt: (at) => {
      reached = at;
    },
    simulatedPages: async (pluginId) => {
      const entry = registered.get(pluginId);
      return entry ? simulators.pages(entry.plugin) : null;
    },
    invoke: async (pluginId, capability, fn, call, input) => {
      const entry = known(pluginId);
      const { mode } = call.account;
      const deps = {
        entry,
        target: () => targetOf(entry, mode),
        dispatcherFor: dispatcherOf(pluginId, mode),
        cache,
        clock,
        log,
      };
      return invokePlugin(deps, { capability, fn, call, input });
    },
    async close() {
      await simulators.close();
      await Promise.all([...direct.values()].map((pool) => pool.destroy()));
    },
  };
}

function logLoaded(log: Logger, entry: Registered | LeftOut): void {
  if ("status" in entry) {
    log.warn({ plugin: entry.id, status: entry.status }, `plugin not loaded: ${entry.error}`);
    return;
  }
  const { id, version } = entry.plugin;
  log.info({ plugin: id, version, ms: Math.round(entry.loadMs) }, "plugin loaded");
  for (const { message } of entry.settings.missing)
    log.warn({ plugin: id }, `live mode disabled for this plugin: ${message}`);
}
