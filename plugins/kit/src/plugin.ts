import type { PluginAuth } from "./auth.ts";
import type { Capabilities } from "./capabilities/index.ts";
import type { ConfigFields, ConfigOf } from "./config-fields.ts";
import { checkManifest } from "./manifest.ts";
import type { SimulatorReference } from "./simulator/types.ts";

/** The provider's published limit. `max` requests in `perSeconds`, at most `concurrent` at a time. */
export interface RateLimit {
  max: number;
  perSeconds: number;
  concurrent?: number;
}

/** Everything that the host knows about a plugin. Data and pure functions; nothing happens on import. */
export interface Plugin<Fields extends ConfigFields = ConfigFields> {
  /** Lower case, begins with a letter: `soundcloud`. Names its settings, queue and metrics. */
  readonly id: string;
  /** Semver of the plugin. */
  readonly version: string;
  /** Semver range of the kit it was written for: `^1.0.0`. Repeated as `musicverse.kit` in its package.json. */
  readonly kit: string;
  /** For people: `SoundCloud`. */
  readonly name: string;
  /** Page that tells an operator how to get the credentials. */
  readonly docs: string;
  readonly config: Fields;
  /**
   * Host names that `ctx.http` may reach, besides those in `url()` and `hosts()` settings. `*.` in front for all below.
   */
  readonly hosts: readonly string[];
  readonly auth?: PluginAuth;
  readonly limits?: { app?: RateLimit; connection?: RateLimit };
  readonly capabilities: Capabilities<ConfigOf<Fields>>;
  /** The provider in miniature, for sandbox accounts, tests and the demo. */
  readonly simulator?: SimulatorReference;
}

/** Any plugin, whatever its settings. */
export type AnyPlugin = Omit<Plugin, "capabilities"> & { readonly capabilities: Capabilities };

/** Declares a plugin: types its functions by its `config`, throws with every fault of the manifest named. */
export function definePlugin<const Fields extends ConfigFields>(plugin: Plugin<Fields>): Plugin<Fields> {
  const faults = checkManifest(plugin);
  if (faults.length > 0) throw new TypeError(`plugin manifest: ${faults.join("; ")}`);
  return Object.freeze(plugin);
}
