import { accepted, type Handler } from "../../platform/http/operation.ts";
import { invalidField, ProblemError } from "../../platform/http/problem.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import { presentGeneration } from "./present.ts";
import { insertGeneration } from "./store.ts";
import { generationQueue, pointerTo } from "./pointer.ts";
import type { GenerationDeps } from "./deps.ts";

/** Answers 202 once the generation is a durable row; a worker takes it from there. (GEN-01) */
export const createGeneration =
  ({ plugins, quota, work }: Pick<GenerationDeps, "plugins" | "quota" | "work">): Handler<"createGeneration"> =>
  async ({ principal, body, requestId, write }) => {
    if (body.instrumental && body.lyrics !== undefined) {
      throw invalidField("/body/lyrics", "conflicts_with_instrumental", "An instrumental has no words. Leave out lyrics, or set instrumental to false.");
    }
    const { pluginId, model } = choose(plugins, body.model, principal.mode);
    const admission = await quota.admission(principal.accountId);
    return write(async (tx) => {
      const id = newId();
      await admission.enforceOrThrow(tx, { generationId: id, draftId: null, regeneration: null });
      const row = await insertGeneration(tx, {
        id,
        kind: "music",
        lane: body.lane ?? "interactive",
        plugin_id: pluginId,
        model,
        title: body.title ?? null,
        input: {
          prompt: body.prompt,
          lyrics: body.lyrics ?? null,
          instrumental: body.instrumental ?? false,
          duration_seconds: body.duration_seconds ?? 30,
        },
        request_id: requestId,
      });
      tx.afterCommit(() => work.enqueue(generationQueue(pluginId, principal.mode), pointerTo(row)));
      return accepted(presentGeneration(row), { Location: `/v1/generations/${encodeId("gen", row.id)}` });
    });
  };

/** The plugin that offers the wanted model, or the first one's default model. */
function choose(plugins: PluginHost, wanted: string | undefined, mode: "live" | "test"): { pluginId: string; model: string } {
  const offers = plugins
    .having("generation")
    .flatMap((pluginId) => plugins.models(pluginId).map((model) => ({ pluginId, model })))
    .filter(({ model }) => model.kind === "music");
  if (offers.length === 0) throw new ProblemError("plugin_unavailable", { detail: "No plugin that generates music is installed. Ask the operator." });
  const offer = offers.find(({ model }) => (wanted === undefined ? model.default : model.id === wanted));
  if (!offer) {
    throw invalidField("/body/model", "unknown_model", `No installed plugin offers this model. Available: ${offers.map(({ model }) => model.id).join(", ")}.`);
  }
  const report = plugins.report().find(({ id }) => id === offer.pluginId);
  if (!(mode === "live" ? report?.live : report?.sandbox)) {
    throw new ProblemError("plugin_unavailable", {
      detail: `The plugin ${offer.pluginId} is not configured for ${mode} accounts. Use a test key, or ask the operator to configure it.`,
    });
  }
  return { pluginId: offer.pluginId, model: offer.model.id };
}
