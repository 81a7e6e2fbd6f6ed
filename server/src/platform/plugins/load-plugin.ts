import {
  checkManifest,
  envName,
  fitsKit,
  kitVersion,
  parseConfig,
  type AnyPlugin,
  type ParsedConfig,
} from "@musicverse/plugin-kit";
import { withTimeout } from "../time/index.ts";
import type { PluginStatus } from "./plugin-host.ts";
import { packageNamesFor, type PluginSource } from "./plugin-source.ts";

/** A plugin ready for use. `config` is complete when nothing is missing. */
export interface LoadedPlugin {
  plugin: AnyPlugin;
  settings: ParsedConfig;
  loadMs: number;
}
export interface LeftOut {
  id: string;
  name: string;
  version: string | null;
  status: Exclude<PluginStatus, "loaded">;
  error: string;
  /** Known once its code could be read: so that a misconfigured plugin can say which settings it has. */
  plugin: AnyPlugin | null;
  settings: ParsedConfig | null;
  loadMs: number;
}

export interface LoadOptions {
  source: PluginSource;
  /** The operator's settings by environment variable. */
  settings: Readonly<Record<string, string | undefined>>;
  importTimeoutMs: number;
}

/**
 * package.json → kit range → import → manifest → configuration. Never throws: whatever is wrong with the plugin becomes
 * a reason that an operator can act on. A name with `!` in front is listed and left out.
 */
export async function loadPlugin(name: string, options: LoadOptions): Promise<LoadedPlugin | LeftOut> {
  const started = performance.now();
  const known: Pick<LeftOut, "id" | "name" | "version" | "plugin" | "settings"> = {
    id: idFrom(name),
    name: name.replace(/^!/, ""),
    version: null,
    plugin: null,
    settings: null,
  };
  const leftOut = (status: LeftOut["status"], error: string): LeftOut => ({
    ...known,
    status,
    error,
    loadMs: performance.now() - started,
  });
  if (name.startsWith("!")) return leftOut("disabled", `Switched off by "${name}" in PLUGINS. Remove the ! to use it.`);
  try {
    const found = options.source.find(name);
    if (!found) return leftOut("failed", `Not installed: run npm install ${packageNamesFor(name).join(" or ")}.`);
    known.version = found.version;
    if (found.kit === null) {
      return leftOut(
        "incompatible",
        `${found.packageName}: its package.json has no musicverse.kit, the range of plugin kits it is written for.`,
      );
    }
    if (!fitsKit(found.kit)) {
      return leftOut(
        "incompatible",
        `Written for plugin kit ${found.kit}, this server has ${kitVersion}. Install a version that fits.`,
      );
    }
    const exports = await withTimeout(
      options.source.load(found.packageName),
      options.importTimeoutMs,
      "its import did not finish",
    );
    const plugin = pluginIn(exports);
    if (typeof plugin === "string") return leftOut("failed", plugin);
    if (plugin.kit !== found.kit)
      return leftOut("failed", `package.json says kit ${found.kit}, the manifest ${plugin.kit}; they must be equal.`);
    Object.assign(known, { id: plugin.id, name: plugin.name, version: plugin.version, plugin });
    const settings = parseConfig(plugin, settingsOf(plugin, options.settings));
    known.settings = settings;
    if (settings.malformed.length > 0) {
      return leftOut("misconfigured", settings.malformed.map(({ message }) => `${message}.`).join(" "));
    }
    return { plugin, settings, loadMs: performance.now() - started };
  } catch (error) {
    return leftOut(
      "failed",
      `Could not be loaded: ${error instanceof Error ? error.message : String(error)}`.slice(0, 2000),
    );
  }
}

/** The manifest among a package's exports, or what is wrong with it. */
function pluginIn(exports: unknown): AnyPlugin | string {
  const candidate = (exports as { default?: unknown } | null)?.default;
  if (candidate === undefined) return "Has no default export; export default definePlugin({ … }).";
  const faults = checkManifest(candidate);
  return faults.length === 0 ? (candidate as AnyPlugin) : `Its manifest is wrong: ${faults.join("; ")}.`;
}

/** A plugin sees its own settings, never the whole environment. */
function settingsOf(plugin: AnyPlugin, all: LoadOptions["settings"]): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(plugin.config).map((field) => [field, all[envName(plugin.id, field)]]));
}

/** `@acme/musicverse-plugin-Foo` → `foo`: something to show when the manifest cannot be read. */
function idFrom(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/^!/, "")
    .replace(/^.*\//, "")
    .replace(/^(musicverse-)?plugin-/, "");
  return /^[a-z][a-z0-9-]{0,39}$/.test(id) ? id : "unknown";
}
