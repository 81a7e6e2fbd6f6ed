import type { components } from "../../generated/openapi.types.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import type { PluginReport } from "../../platform/plugins/index.ts";
import { generationQueues } from "../generation/index.ts";
import type { PluginsDeps } from "./deps.ts";

type Plugin = components["schemas"]["Plugin"];

/**
 * Loaded or not, by id. A queue that cannot be asked shows as null: the list is for looking into just such troubles.
 */
export const listPlugins =
  ({ plugins, work, breakers, log }: PluginsDeps): Handler<"listPlugins"> =>
  async ({ principal: { mode } }) => {
    const reports = plugins.report(mode).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const breakerOf = await breakers.look();
    const data = reports.map(async (report) =>
      presentPlugin(
        { ...report, breaker: breakerOf(report, mode) },
        works(report) ? await countQueue(report.id) : null,
      ),
    );
    return ok({ object: "list" as const, data: await Promise.all(data) });

    async function countQueue(pluginId: string): Promise<Plugin["queue"]> {
      try {
        const counts = await Promise.all(generationQueues(pluginId, mode).map((queue) => work.stats(queue)));
        const sum = (state: keyof (typeof counts)[number]) => counts.reduce((total, count) => total + count[state], 0);
        return { waiting: sum("waiting"), active: sum("active"), delayed: sum("delayed") };
      } catch (error) {
        log.warn({ err: error, plugin: pluginId }, "could not count the plugin's queue");
        return null;
      }
    }
  };

function works({ status, capabilities }: PluginReport): boolean {
  return status === "loaded" && capabilities.includes("generation");
}

function presentPlugin(report: PluginReport, queue: Plugin["queue"]): Plugin {
  const { id, name, version, status, error, capabilities, breaker } = report;
  return {
    id,
    name,
    version,
    status,
    error,
    capabilities,
    models: report.models.map((model) => ({
      id: model.id,
      name: model.name,
      kind: model.kind,
      default: model.default,
    })),
    config: report.config.map((field) => ({
      name: field.name,
      required: field.required,
      secret: field.secret,
      configured: field.configured,
    })),
    breaker,
    queue,
  };
}
