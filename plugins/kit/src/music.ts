import { z } from "zod";
import { charactersMax } from "./characters.ts";

export const musicInput = z.strictObject({
  kind: z.literal("music"),
  /** Style, mood, scene in the user's words. */
  prompt: z
    .string()
    .min(1)
    .refine(...charactersMax(2000)),
  /** Lines separated by \n, sections as [Verse]; null: the provider writes them, unless instrumental. */
  lyrics: z
    .string()
    .min(1)
    .refine(...charactersMax(3500))
    .nullable()
    .default(null),
  instrumental: z.boolean().default(false),
  /** A wish: providers may come near or ignore it. */
  durationSeconds: z.int().min(5).max(240).default(30),
  /** One of `models`; null: the plugin's default. */
  model: z.string().min(1).max(100).nullable().default(null),
});
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
export type MusicOutput = z.output<typeof musicOutput>;
