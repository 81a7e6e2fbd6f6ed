import type { components } from "../../generated/openapi.types.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import { invalidField, ProblemError } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";
import type { GenerationDeps } from "./deps.ts";
import { generationQueue, pointerTo } from "./pointer.ts";
import { presentGeneration } from "./present.ts";
import { insertGeneration } from "./store.ts";
import type { GenerationKind, Wishes } from "./wishes.ts";

type Generation = components["schemas"]["Generation"];

/** What else belongs to a generation. */
interface Circumstances {
  lane: "interactive" | "bulk" | undefined;
  title: string | null | undefined;
  /** The draft that a reel writes for. */
  draftId?: string;
  regeneration?: "targeted" | "full" | null;
  requestId: string;
}

/**
 * Starts generations. Before the transaction it finds the plugin and the plan; within, it takes one of the account's
 * generations and writes the row, or throws the refusal.
 */
export type PrepareGeneration = <K extends GenerationKind>(
  principal: Principal,
  kind: K,
  model: string | undefined,
) => Promise<(tx: TenantTx, input: Wishes[K], circumstances: Circumstances) => Promise<Generation>>;

export function createPrepareGeneration({
  plugins,
  quota,
  work,
}: Pick<GenerationDeps, "plugins" | "quota" | "work">): PrepareGeneration {
  return async ({ accountId, mode }, kind, wantedModel) => {
    const { pluginId, model } = choose(plugins, kind, wantedModel, mode);
    const admission = await quota.admission(accountId);
    return async (
      tx,
      input,
      { lane = "interactive", title = null, draftId = null, regeneration = null, requestId },
    ) => {
      if (hasNul(input))
        throw invalidField("/body", "nul_character", "A text contains the character U+0000. Remove it.");
      const id = newId();
      await admission.enforceOrThrow(tx, { generationId: id, draftId, regeneration });
      const row = await insertGeneration(tx, {
        id,
        kind,
        lane,
        plugin_id: pluginId,
        model,
        title,
        input,
        draft_id: draftId,
        request_id: requestId,
      });
      tx.afterCommit(() => work.enqueue(generationQueue({ pluginId, mode, lane }), pointerTo(row)));
      return presentGeneration(row);
    };
  };
}

/** The plugin that offers the wanted model, or the first one's default model. */
function choose(
  plugins: PluginHost,
  kind: GenerationKind,
  wanted: string | undefined,
  mode: "live" | "test",
): { pluginId: string; model: string } {
  const offers = plugins
    .having("generation")
    .flatMap((pluginId) => plugins.models(pluginId).map((model) => ({ pluginId, model })))
    .filter(({ model }) => model.kind === kind);
  if (offers.length === 0)
    throw new ProblemError("plugin_unavailable", {
      detail: `No plugin that generates ${nouns[kind]} is installed. Ask the operator.`,
    });
  const offer = offers.find(({ model }) => (wanted === undefined ? model.default : model.id === wanted));
  if (!offer) {
    throw invalidField(
      "/body/model",
      "unknown_model",
      `No installed plugin offers this model. Available: ${offers.map(({ model }) => model.id).join(", ")}.`,
    );
  }
  const report = plugins.report().find(({ id }) => id === offer.pluginId);
  if (!(mode === "live" ? report?.live : report?.sandbox)) {
    throw new ProblemError("plugin_unavailable", {
      detail: `The plugin ${offer.pluginId} is not configured for ${mode} accounts. Use a test key, or ask the operator to configure it.`,
    });
  }
  return { pluginId: offer.pluginId, model: offer.model.id };
}

/** Columns of JSON take it, but those of text refuse it later, when titles and tracks are made of what was bought already. */
function hasNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  return typeof value === "object" && value !== null && Object.values(value).some(hasNul);
}

const nouns = { music: "music", reel: "reels", artwork: "artwork" } as const;
