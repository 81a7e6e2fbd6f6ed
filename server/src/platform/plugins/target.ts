import { destinationOf, egressOf, type AnyPlugin, type Egress } from "@musicverse/plugin-kit";

/** What a call talks to: the provider with the operator's settings, or the simulator. */
export interface Target extends Egress {
  config: Readonly<Record<string, unknown>>;
}

export const liveTarget = (plugin: AnyPlugin, config: Readonly<Record<string, unknown>>): Target => ({
  config,
  ...egressOf(plugin, config),
});

/** A sandbox account reaches its simulator and nothing else: it stands in for every host that the plugin declares. */
export const sandboxTarget = (
  plugin: AnyPlugin,
  config: Readonly<Record<string, unknown>>,
  origin: string,
): Target => ({
  config,
  origins: [origin],
  hosts: plugin.hosts,
  standIn: origin,
});

/** Throws for what may not be reached: a manifest's own addresses always may. */
export function destinationFor(target: Target, url: URL): URL {
  const destination = destinationOf(target, url);
  if (!destination) throw new Error(`${url.origin} is not among the plugin's hosts`);
  return destination;
}
