import { z } from "zod";
import { artworkInput, artworkOutput } from "./artwork.ts";
import type { PluginContext } from "./context.ts";
import { longWork, type LongWork } from "./long-work.ts";
import { musicInput, musicOutput } from "./music.ts";
import { reelInput, reelOutput } from "./reel.ts";

/** Kinds of generated things. A plugin is asked for those only that one of its `models` makes. */
export const generationKinds = ["music", "reel", "artwork"] as const;
export type GenerationKind = (typeof generationKinds)[number];

export const generationInput = z.discriminatedUnion("kind", [musicInput, reelInput, artworkInput]);
/** As the host hands it to the plugin: every field present. */
export type GenerationInput = z.output<typeof generationInput>;

/** Of the kind that was asked for. */
export const generationOutput = z.discriminatedUnion("kind", [musicOutput, reelOutput, artworkOutput]);
export type GenerationOutput = z.output<typeof generationOutput>;

export const generationModel = z.strictObject({
  id: z.string().min(1).max(100),
  kind: z.enum(generationKinds),
  name: z.string().min(1).max(100),
  /** Taken when the input names none; exactly one per kind. */
  default: z.boolean(),
});
export type GenerationModel = z.output<typeof generationModel>;

export const generationEstimate = z.strictObject({
  /** How long the provider usually takes. */
  seconds: z.number().nonnegative(),
  costMicros: z.int().nonnegative().nullable(),
});
export type GenerationEstimate = z.output<typeof generationEstimate>;

/** Asks what became of work: `externalId` from a pending answer, or null when the answer of `generate` was lost. */
export const resolveInput = z.strictObject({
  input: generationInput,
  externalId: z.string().min(1).max(500).nullable(),
});
export type ResolveInput = z.output<typeof resolveInput>;

/** `absent`: the provider has never heard of it, so it may be sent again. */
export const generationResolution = z.union([longWork(generationOutput), z.strictObject({ absent: z.literal(true) })]);
export type GenerationResolution = LongWork<GenerationOutput> | { absent: true };

/**
 * `models` is asked once at the start and has no network; `estimate` stands in a user's request, so it must be quick.
 */
export const generationFunctions = {
  models: { input: z.strictObject({}), output: z.array(generationModel).min(1) },
  estimate: { input: generationInput, output: generationEstimate },
  generate: { input: generationInput, output: longWork(generationOutput) },
  resolve: { input: resolveInput, output: generationResolution },
} as const;

type Answer<T> = T | Promise<T>;

export interface GenerationCapability<Config = Readonly<Record<string, unknown>>> {
  /**
   * `idempotent`: a second `generate` with the same `ctx.idempotencyKey` does nothing twice at the provider.
   * `costs`: it would make (and bill) a second one, so the host never repeats a call whose outcome is unknown.
   */
  repeat: "idempotent" | "costs";
  models(ctx: PluginContext<Config>, input: Record<string, never>): GenerationModel[];
  estimate(ctx: PluginContext<Config>, input: GenerationInput): Answer<GenerationEstimate>;
  generate(ctx: PluginContext<Config>, input: GenerationInput): Promise<LongWork<GenerationOutput>>;
  /** Where the provider can be asked. Required when `generate` answers `pending`. */
  resolve?(ctx: PluginContext<Config>, input: ResolveInput): Promise<GenerationResolution>;
}
