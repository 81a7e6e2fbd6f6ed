import { z } from "zod";
import type { PluginContext } from "./context.ts";
import { longWork, type LongWork } from "./long-work.ts";

/** Kinds of generated things. Text and image join as further members of the two unions below. */
export const generationKinds = ["music"] as const;
export type GenerationKind = (typeof generationKinds)[number];

export const musicInput = z.strictObject({
  kind: z.literal("music"),
  /** Style, mood, scene in the user's words. */
  prompt: z.string().min(1).max(2000),
  /** Lines separated by \n, sections as [Verse]; null: the provider writes them, unless instrumental. */
  lyrics: z.string().min(1).max(3500).nullable().default(null),
  instrumental: z.boolean().default(false),
  /** A wish: providers may come near or ignore it. */
  durationSeconds: z.int().min(5).max(240).default(30),
  /** One of `models`; null: the plugin's default. */
  model: z.string().min(1).max(100).nullable().default(null),
});
export const generationInput = z.discriminatedUnion("kind", [musicInput]);
/** As the host hands it to the plugin: every field present. */
export type GenerationInput = z.output<typeof generationInput>;
export type MusicInput = z.output<typeof musicInput>;

export const audioFormats = ["wav", "mp3", "flac", "ogg", "m4a"] as const;

export const musicOutput = z.strictObject({
  kind: z.literal("music"),
  /** The file itself: provider URLs die, so the plugin fetches them before it returns. */
  audio: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length > 0, "no bytes, or none at all"),
  format: z.enum(audioFormats),
  model: z.string().min(1),
  /** As sung, when the provider tells; null otherwise. */
  lyrics: z.string().nullable(),
  durationMs: z.int().positive().nullable(),
  /** The provider's name for this piece of work (trace id), for support questions. */
  providerReference: z.string().max(500).nullable(),
  /** What it cost: micro-dollars, null when the provider does not tell and the plugin cannot compute it. */
  costMicros: z.int().nonnegative().nullable(),
});
export const generationOutput = z.discriminatedUnion("kind", [musicOutput]);
export type GenerationOutput = z.output<typeof generationOutput>;
export type MusicOutput = z.output<typeof musicOutput>;

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
