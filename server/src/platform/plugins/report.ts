import { envName, type CapabilityName } from "@musicverse/plugin-kit";
import type { Mode, Registered } from "./invoke.ts";
import type { LeftOut } from "./load-plugin.ts";
import type { PluginReport } from "./plugin-host.ts";

export function reportOf(entry: Registered | LeftOut, mode: Mode): PluginReport {
  const { plugin, settings } = entry;
  const app = plugin?.limits?.app;
  const common = {
    capabilities: Object.keys(plugin?.capabilities ?? {}) as CapabilityName[],
    config: Object.entries(plugin?.config ?? {}).map(([name, field]) => ({
      name,
      env: envName(plugin?.id ?? "", name),
      required: field.required,
      secret: field.kind === "secret",
      configured: settings?.config[name] !== undefined,
    })),
    limits: app ? { max: app.max, perSeconds: app.perSeconds, concurrent: app.concurrent ?? null } : null,
    loadMs: Math.round(entry.loadMs),
  };
  if ("status" in entry) {
    const { id, name, version, status, error } = entry;
    return { ...common, id, name, version, status, error, models: [], live: false, sandbox: false, breaker: "closed" };
  }
  const { id, name, version } = entry.plugin;
  return {
    ...common,
    id,
    name,
    version,
    status: "loaded",
    error: null,
    models: entry.models,
    live: entry.settings.missing.length === 0,
    sandbox: entry.sandbox,
    breaker: entry.breakers[mode].state(),
  };
}
