import { egressOf, type AnyPlugin, type Egress } from "@musicverse/plugin-kit";

/** What a call talks to: the provider with the operator's settings, or the simulator. */
export interface Target extends Egress {
  config: Readonly<Record<string, unknown>>;
}

export const liveTarget = (plugin: AnyPlugin, config: Readonly<Record<string, unknown>>): Target => ({
  config,
  ...egressOf(plugin, config),
});

/** A sandbox account reaches its simulator and nothing else. */
export const sandboxTarget = (config: Readonly<Record<string, unknown>>, origin: string): Target => ({
  config,
  origins: [origin],
  hosts: [],
});
