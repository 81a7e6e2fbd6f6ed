import { z } from "zod";
import { artworkInput, artworkOutput } from "../artwork.ts";
import { longWork, type LongWork } from "../long-work.ts";
import { musicInput, musicOutput } from "../music.ts";
import { reelInput, reelOutput } from "../reel.ts";
import { defineCapability, type CapabilityOf } from "./define-capability.ts";

/** What can be generated. A plugin is asked only for the kinds that one of its `models` makes. */
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

/** Work whose result is not known yet: `externalId` from a pending answer, or null when the answer was lost. */
export const resolveInput = z.strictObject({
  input: generationInput,
  externalId: z.string().min(1).max(500).nullable(),
});
export type ResolveInput = z.output<typeof resolveInput>;

/** `absent`: the provider has never heard of it, so it may be sent again. */
export const generationResolution = z.union([longWork(generationOutput), z.strictObject({ absent: z.literal(true) })]);
export type GenerationResolution = LongWork<GenerationOutput> | { absent: true };

const example = {
  input: { kind: "music", prompt: "Bells over a quiet town" },
  output: {
    done: {
      kind: "music",
      audio: new Uint8Array([0x52, 0x49, 0x46, 0x46]),
      format: "wav",
      model: "chime-1",
      lyrics: null,
      durationMs: null,
      providerReference: "song-1",
      costMicros: null,
    },
  },
} as const;

/** Music, texts for short videos (reels) and artwork. */
export const generation = defineCapability("generation", {
  /** The models on offer. Asked once, when the plugin is loaded. */
  models: {
    input: z.strictObject({}),
    output: z.array(generationModel).min(1),
    deadlineMs: 10_000,
    network: false,
    auth: "none",
    retrySafety: "safe",
    synchronous: true,
    example: { input: {}, output: [{ id: "chime-1", kind: "music", name: "Chime 1", default: true }] },
  },
  /** Makes one piece. Long work may be answered as pending; `resolve` is then asked for it. */
  generate: {
    input: generationInput,
    output: longWork(generationOutput),
    deadlineMs: 600_000,
    network: true,
    auth: "app",
    retrySafety: "billable",
    userContent: ["prompt", "lyrics", "brief", "instructions"],
    example,
  },
  /** What became of a piece, for providers that can be asked. Required when `generate` answers pending. */
  resolve: {
    input: resolveInput,
    output: generationResolution,
    deadlineMs: 600_000,
    network: true,
    auth: "app",
    retrySafety: "safe",
    optional: true,
    userContent: ["input.prompt", "input.lyrics", "input.brief", "input.instructions"],
    example: { input: { input: example.input, externalId: "song-1" }, output: example.output },
  },
});
export type GenerationCapability<Config = Readonly<Record<string, unknown>>> = CapabilityOf<typeof generation, Config>;
