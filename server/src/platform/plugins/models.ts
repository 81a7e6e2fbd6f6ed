import type { GenerationModel, PluginContext } from "@musicverse/plugin-kit";
import { generation as declared, PluginError } from "@musicverse/plugin-kit";
import type { Clock } from "../clock/index.ts";
import type { Logger } from "../log/index.ts";
import type { LoadedPlugin } from "./load-plugin.ts";
import { simulatorConfig } from "./simulators.ts";

/** What a plugin offers, asked once at the start and without the network; [] when it cannot say so. */
export function modelsOf({ plugin, settings }: LoadedPlugin, clock: Clock, log: Logger): GenerationModel[] {
  const { generation } = plugin.capabilities;
  if (!generation) return [];
  try {
    const config =
      settings.missing.length === 0 ? settings.config : simulatorConfig(plugin, "http://127.0.0.1", noSecrets);
    const answer = generation.models(quietContext(config, clock), {});
    if (answer instanceof Promise) throw new TypeError("models must answer at once, not with a promise");
    return declared.functions.models.output.parse(answer);
  } catch (error) {
    log.error({ plugin: plugin.id, err: error }, "plugin failed to list its models");
    return [];
  }
}

/** Models do not depend on them. */
const noSecrets = { webhookSecret: "whsec_bW9kZWxz" };
const nothing = (): void => undefined;
const refuse = async (): Promise<never> => {
  throw new PluginError("PERMANENT", "models must not use the network");
};

function quietContext(config: Readonly<Record<string, unknown>>, clock: Clock): PluginContext {
  return {
    account: { id: "none", mode: "test" },
    config,
    http: { request: refuse, download: refuse },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    signal: new AbortController().signal,
    clock,
    idempotencyKey: "models",
    emitProgress: nothing,
    kv: { get: async () => null, set: async () => undefined, delete: async () => undefined },
  };
}
