import { z } from "zod";
import { charactersMax } from "./characters.ts";

export const reelPlatforms = ["instagram", "tiktok", "youtube", "facebook"] as const;
export const reelTones = ["friendly", "playful", "energetic", "inspirational", "professional", "dramatic"] as const;
export const reelFields = ["hook", "script", "caption", "hashtags"] as const;

/** The texts of one short video. */
export const reelVariant = z.strictObject({
  /** The first words, which must make people stay. */
  hook: z
    .string()
    .regex(/\S/, "no words")
    .refine(...charactersMax(300)),
  /** What is said and shown, one scene per line. */
  script: z
    .string()
    .regex(/\S/, "no words")
    .refine(...charactersMax(5000)),
  /** The text below the video, without hashtags. */
  caption: z
    .string()
    .regex(/\S/, "no words")
    .refine(...charactersMax(2200)),
  hashtags: z
    .array(
      z
        .string()
        .regex(/^#[\p{L}\p{M}\p{N}_]+$/u, "no hashtag")
        .refine(...charactersMax(61)),
    )
    .max(30),
});
export type ReelVariant = z.output<typeof reelVariant>;

export const reelInput = z.strictObject({
  kind: z.literal("reel"),
  /** What it is to be about, in the user's words. */
  brief: z
    .string()
    .min(1)
    .refine(...charactersMax(2000)),
  platform: z.enum(reelPlatforms),
  tone: z.enum(reelTones).default("friendly"),
  /** BCP 47. */
  language: z.string().min(2).max(35).default("en"),
  /** How many different ones to write. */
  variants: z.int().min(1).max(10).default(1),
  /** Further wishes of the user; null: none. */
  instructions: z
    .string()
    .min(1)
    .refine(...charactersMax(1000))
    .nullable()
    .default(null),
  /** Hooks that were there before and are not to come again. */
  avoid: z
    .array(
      z
        .string()
        .min(1)
        .refine(...charactersMax(300)),
    )
    .max(20)
    .default([]),
  /** Write this variant anew instead, or only one field of it; the answer is one variant, complete. Null: write new ones. */
  target: z
    .strictObject({ field: z.enum(reelFields).nullable(), current: reelVariant })
    .nullable()
    .default(null),
  /** One of `models`; null: the plugin's default. */
  model: z.string().min(1).max(100).nullable().default(null),
});
export type ReelInput = z.output<typeof reelInput>;

/** What a call used up, as the provider counts. */
export const tokenUsage = z.strictObject({ inputTokens: z.int().nonnegative(), outputTokens: z.int().nonnegative() });
export type TokenUsage = z.output<typeof tokenUsage>;

export const reelOutput = z.strictObject({
  kind: z.literal("reel"),
  /** As many as were asked for; one with a `target`. */
  variants: z.array(reelVariant).min(1).max(10),
  /** Null when the provider does not tell. */
  usage: tokenUsage.nullable(),
  model: z.string().min(1),
  providerReference: z.string().max(500).nullable(),
  costMicros: z.int().nonnegative().nullable(),
});
export type ReelOutput = z.output<typeof reelOutput>;
