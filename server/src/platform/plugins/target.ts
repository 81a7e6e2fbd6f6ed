import type { AnyPlugin } from "@musicverse/plugin-kit";

/** What a call talks to: the provider with the operator's settings, or the simulator. */
export interface Target {
  config: Readonly<Record<string, unknown>>;
  /** Origins that may be reached whatever their scheme or port: configured addresses, the simulator's. */
  origins: readonly string[];
  /** Host names that may be reached by https on its usual port; `*.` in front for all below. */
  hosts: readonly string[];
  /** The simulator's origin: reached directly, on loopback. Null: everything goes through the address guard. */
  simulator: string | null;
}

export function liveTarget(plugin: AnyPlugin, config: Readonly<Record<string, unknown>>): Target {
  const of = (kind: string): unknown[] =>
    Object.entries(plugin.config).flatMap(([name, field]) => (field.kind === kind ? [config[name]] : []));
  const origins = of("url").flatMap((value) => (typeof value === "string" ? [new URL(value).origin] : []));
  const hosts = of("hosts").flatMap((value) => (Array.isArray(value) ? value.map(String) : []));
  return { config, origins, hosts: [...plugin.hosts, ...hosts], simulator: null };
}

/** A sandbox account reaches its simulator and nothing else. */
export const sandboxTarget = (config: Readonly<Record<string, unknown>>, origin: string): Target => ({
  config,
  origins: [origin],
  hosts: [],
  simulator: origin,
});

export function mayReach(target: Target, url: URL): boolean {
  if (target.origins.includes(url.origin)) return true;
  if (url.protocol !== "https:" || url.port !== "") return false;
  return target.hosts.some((host) =>
    host.startsWith("*.") ? url.hostname.endsWith(host.slice(1)) : url.hostname === host,
  );
}
