import { z } from "zod";
import { charactersMax } from "./characters.ts";

export const artworkInput = z.strictObject({
  kind: z.literal("artwork"),
  /** What is to be seen, in the user's words. */
  prompt: z
    .string()
    .min(1)
    .refine(...charactersMax(1500)),
  /** One of `models`; null: the plugin's default. */
  model: z.string().min(1).max(100).nullable().default(null),
});
export type ArtworkInput = z.output<typeof artworkInput>;

export const imageFormats = ["png", "jpeg", "webp"] as const;

/** Of one image: more is an answer gone wrong. */
export const imageBytesMax = 30 * 1024 * 1024;

export const artworkOutput = z.strictObject({
  kind: z.literal("artwork"),
  /** The file itself, square and as large as the provider makes it: its URLs die, so the plugin fetches them before it returns. */
  image: z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length > 0 && value.length <= imageBytesMax,
    "no bytes, or too many",
  ),
  format: z.enum(imageFormats),
  /** Pixels, when known. */
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  model: z.string().min(1),
  providerReference: z.string().max(500).nullable(),
  costMicros: z.int().nonnegative().nullable(),
});
export type ArtworkOutput = z.output<typeof artworkOutput>;
