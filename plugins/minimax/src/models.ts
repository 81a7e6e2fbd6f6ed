import type { GenerationModel } from "@musicverse/plugin-kit";
import type { Context } from "./settings.ts";

/** Text-to-music models as published 2026-11; the cover models need a reference recording, which we do not have. */
const published = ["music-3.0", "music-2.6", "music-3.0-free", "music-2.6-free"];

/** The published models, and the configured one when MiniMax has made a newer since. */
export function models(ctx: Context): GenerationModel[] {
  return [...new Set([...published, ctx.config.model])].map((id) => ({
    id,
    kind: "music",
    name: `MiniMax ${id.replace("music-", "Music ").replace("-free", " (free)")}`,
    default: id === ctx.config.model,
  }));
}
