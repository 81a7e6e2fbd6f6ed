import { PluginError, type GenerationKind, type GenerationModel } from "@musicverse/plugin-kit";
import type { Context } from "./settings.ts";

/**
 * Models as published 2026-11. The cover models need a reference recording, which we do not have; image-01-live takes no
 * width and height.
 */
const published = {
  music: ["music-3.0", "music-2.6", "music-3.0-free", "music-2.6-free"],
  reel: ["MiniMax-Text-01", "MiniMax-M2", "MiniMax-M1"],
  artwork: ["image-01"],
} as const satisfies Record<GenerationKind, readonly string[]>;

const configured = { music: "model", reel: "textModel", artwork: "imageModel" } as const satisfies Record<
  GenerationKind,
  keyof Context["config"]
>;

/** The published models, and the configured ones when MiniMax has made newer since. */
export function models(ctx: Context): GenerationModel[] {
  return [...ofKind(ctx, "music"), ...ofKind(ctx, "reel"), ...ofKind(ctx, "artwork")];
}

function ofKind(ctx: Context, kind: GenerationKind): GenerationModel[] {
  const preset = ctx.config[configured[kind]];
  return [...new Set<string>([...published[kind], preset])].map((id) => ({
    id,
    kind,
    name: nameOf(id),
    default: id === preset,
  }));
}

/** music-3.0-free → "MiniMax Music 3.0 (free)" */
function nameOf(id: string): string {
  const name = id
    .replace("MiniMax-", "")
    .replace("music-", "Music ")
    .replace("image-", "Image ")
    .replace("-free", " (free)");
  return `MiniMax ${name}`;
}

/** The model to ask; one that is not offered for this kind is refused by name. */
export function chosenModel(ctx: Context, kind: GenerationKind, wanted: string | null): string {
  const offered = ofKind(ctx, kind);
  const model = offered.find(({ id, default: preset }) => (wanted === null ? preset : id === wanted));
  if (model) return model.id;
  const message = `must be one of ${offered.map(({ id }) => id).join(", ")}`;
  throw new PluginError("VALIDATION", "unknown model", { fields: [{ field: "model", message }] });
}
