import type { RequestListener } from "node:http";
import {
  envName,
  parseConfig,
  type AnyPlugin,
  type SimulatorOptions,
  type SimulatorSecrets,
} from "@musicverse/plugin-kit";
import { startSimulator, type RunningSimulator } from "@musicverse/plugin-kit/simulator";
import { sandboxTarget, type Target } from "./target.ts";

interface SimulatorsOptions {
  latency: number;
  settings: Readonly<Record<string, string | undefined>>;
  secretsFor: (pluginId: string) => SimulatorSecrets;
  /** What a simulator that runs in this process is given besides. */
  optionsFor: (pluginId: string) => Omit<SimulatorOptions, "latency">;
}

/** The simulators behind sandbox accounts: started on loopback when first needed, or running elsewhere. */
export class Simulators {
  private readonly running = new Map<string, Promise<RunningSimulator>>();
  private readonly latency: number;
  private readonly settings: Readonly<Record<string, string | undefined>>;
  private readonly secretsFor: SimulatorsOptions["secretsFor"];
  private readonly optionsFor: SimulatorsOptions["optionsFor"];

  constructor(options: SimulatorsOptions) {
    this.latency = options.latency;
    this.settings = options.settings;
    this.secretsFor = options.secretsFor;
    this.optionsFor = options.optionsFor;
  }

  /** `MINIMAX_SIMULATOR_URL`: one simulator for several processes. */
  private configured(plugin: AnyPlugin): string | null {
    const env = envName(plugin.id, "simulatorUrl");
    const value = this.settings[env];
    if (!value) return null;
    if (!URL.canParse(value)) throw new Error(`${env} must be a URL, e.g. http://127.0.0.1:4010`);
    return new URL(value).origin;
  }

  has(plugin: AnyPlugin): boolean {
    return plugin.simulator !== undefined;
  }

  async target(plugin: AnyPlugin): Promise<Target> {
    const origin = this.configured(plugin) ?? (await this.start(plugin)).origin;
    return sandboxTarget(plugin, simulatorConfig(plugin, origin, this.secretsFor(plugin.id)), origin);
  }

  /** Null: it shows none, or runs elsewhere. */
  async pages(plugin: AnyPlugin): Promise<RequestListener | null> {
    return this.has(plugin) && this.configured(plugin) === null ? (await this.start(plugin)).pages : null;
  }

  private start(plugin: AnyPlugin): Promise<RunningSimulator> {
    const known = this.running.get(plugin.id);
    if (known) return known;
    const starting = (async () => {
      const create = await plugin.simulator?.load();
      if (!create) throw new Error(`${plugin.id} ships no simulator`);
      return startSimulator(create({ latency: this.latency, ...this.optionsFor(plugin.id) }));
    })();
    this.running.set(plugin.id, starting);
    // The next call may have more luck.
    starting.catch(() => this.running.delete(plugin.id));
    return starting;
  }

  async close(): Promise<void> {
    const all = await Promise.allSettled(this.running.values());
    this.running.clear();
    await Promise.all(all.filter((result) => result.status === "fulfilled").map(({ value }) => value.close()));
  }
}

/** The settings under which a plugin talks to its simulator; throws when the plugin's own do not satisfy it. */
export function simulatorConfig(plugin: AnyPlugin, origin: string, secrets: SimulatorSecrets): Record<string, unknown> {
  const { config, missing, malformed } = parseConfig(plugin, plugin.simulator?.config(origin, secrets) ?? {});
  const wrong = [...missing, ...malformed].map(({ message }) => message);
  if (wrong.length > 0) throw new Error(`the settings of ${plugin.id}'s simulator do not fit: ${wrong.join("; ")}`);
  return config;
}
