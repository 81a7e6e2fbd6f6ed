import type { components } from "../../generated/openapi.types.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import type { PluginReport } from "../../platform/plugins/index.ts";
import { generationQueue } from "../generation/index.ts";
import type { PluginsDeps } from "./routes.ts";

type Plugin = components["schemas"]["Plugin"];

/** Loaded or not, by id. A queue that cannot be asked shows as null: the list is for looking into just such troubles. */
export const listPlugins =
  ({ plugins, work, log }: PluginsDeps): Handler<"listPlugins"> =>
  async ({ principal: { mode } }) => {
    const reports = plugins.report(mode).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const works = reports.some(({ status, capabilities }) => status === "loaded" && capabilities.includes("generation"));
    const queue = works
      ? await work.stats(generationQueue).catch((error: unknown) => {
          log.warn({ err: error }, "the generation queue cannot be counted");
          return null;
        })
      : null;
    return ok({ object: "list" as const, data: reports.map((report) => presentPlugin(report, queue)) });
  };

function presentPlugin(report: PluginReport, queue: Plugin["queue"]): Plugin {
  const { id, name, version, status, error, capabilities, breaker } = report;
  return {
    id,
    name,
    version,
    status,
    error,
    capabilities,
    models: report.models.map((model) => ({ id: model.id, name: model.name, kind: model.kind })),
    config: report.config.map((field) => ({
      name: field.name,
      required: field.required,
      secret: field.secret,
      configured: field.configured,
    })),
    breaker,
    queue: status === "loaded" && capabilities.includes("generation") ? queue : null,
  };
}
