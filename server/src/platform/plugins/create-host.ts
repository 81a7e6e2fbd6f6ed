import { capabilitySchemas, type CapabilityFunction, type CapabilityName } from "@musicverse/plugin-kit";
import { Pool, type Dispatcher } from "undici";
import type { Clock } from "../clock/index.ts";
import type { Logger } from "../log/index.ts";
import { Breaker } from "./breaker.ts";
import { PluginFailure } from "./failure.ts";
import { invokePlugin, type Mode, type Registered } from "./invoke.ts";
import { PluginCache } from "./kv.ts";
import { loadPlugin, type LeftOut, type LoadedPlugin } from "./load-plugin.ts";
import { modelsOf } from "./models.ts";
import type { PluginHost, PluginReport } from "./plugin-host.ts";
import { installedPackages, type PluginSource } from "./plugin-source.ts";
import { reportOf } from "./report.ts";
import { Simulators } from "./simulators.ts";
import { liveTarget } from "./target.ts";

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
  source?: PluginSource;
}

/** Loads the configured plugins, leaving out and reporting what does not work, and calls them for the features. */
export async function createPluginHost(options: PluginHostOptions): Promise<PluginHost> {
  const { log, clock, settings } = options;
  const load = {
    source: options.source ?? installedPackages,
    settings,
    importTimeoutMs: options.importTimeoutMs ?? 10_000,
  };
  const results = await Promise.all(options.plugins.map((name) => loadPlugin(name, load)));
  const simulators = new Simulators({ latency: options.simulatorLatency ?? 1, settings });
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

  const capabilityOf = (pluginId: string, capability: CapabilityName) =>
    registered.get(pluginId)?.plugin.capabilities[capability];

  return {
    report: (mode: Mode = "live"): PluginReport[] => entries.map((entry) => reportOf(entry, mode)),
    having: (capability) =>
      [...registered.values()].flatMap(({ plugin }) => (plugin.capabilities[capability] ? [plugin.id] : [])),
    models: (pluginId) => registered.get(pluginId)?.models ?? [],
    repeat: (pluginId, capability, mode) =>
      mode === "test" ? "idempotent" : (capabilityOf(pluginId, capability)?.repeat ?? "costs"),
    can: (pluginId, capability, fn) =>
      fn in capabilitySchemas[capability] &&
      capabilityOf(pluginId, capability)?.[fn as CapabilityFunction<typeof capability>] !== undefined,
    invoke: async (pluginId, capability, fn, call, input) => {
      const entry = registered.get(pluginId);
      if (!entry) throw new PluginFailure("UNAVAILABLE", `the plugin ${pluginId} is not loaded`, { pluginId });
      const { mode } = call.account;
      const target = async () =>
        mode === "test" ? simulators.target(entry.plugin) : liveTarget(entry.plugin, entry.settings.config);
      const dispatcherFor = (origin: string): Dispatcher =>
        mode === "test" ? directDispatcher(origin) : options.guardedDispatcher(pluginId, origin);
      return invokePlugin({ entry, target, dispatcherFor, cache, clock, log }, { capability, fn, call, input });
    },
    async close() {
      await simulators.close();
      await Promise.all([...direct.values()].map((pool) => pool.destroy()));
    },
  };
}

function logLoaded(log: Logger, entry: Registered | LeftOut): void {
  if ("status" in entry) {
    log.warn({ plugin: entry.id, status: entry.status }, `plugin left out: ${entry.error}`);
    return;
  }
  const { id, version } = entry.plugin;
  log.info({ plugin: id, version, ms: Math.round(entry.loadMs) }, "plugin loaded");
  for (const { message } of entry.settings.missing) log.warn({ plugin: id }, `live accounts are refused: ${message}`);
}
