import { charactersMax, describeIssues } from "@musicverse/plugin-kit";
import { z } from "zod";

const ownModels = ["music-3.0", "music-2.6", "music-3.0-free", "music-2.6-free"] as const;

const schema = z
  .strictObject({
    // music-cover needs a reference recording; this simulator makes songs from text only.
    model: z.enum(ownModels),
    prompt: z
      .string()
      .refine(...charactersMax(2000))
      .default(""),
    lyrics: z
      .string()
      .min(1)
      .refine(...charactersMax(3500))
      .optional(),
    stream: z.literal(false, "the simulator does not stream").default(false),
    output_format: z.enum(["url", "hex"]).default("hex"),
    audio_setting: z
      .strictObject({
        sample_rate: z.literal([16_000, 24_000, 32_000, 44_100]).default(44_100),
        bitrate: z.literal([32_000, 64_000, 128_000, 256_000]).optional(),
        format: z.enum(["wav", "pcm"], "the simulator makes wav and pcm only").default("wav"),
      })
      .prefault({}),
    lyrics_optimizer: z.boolean().default(false),
    is_instrumental: z.boolean().default(false),
  })
  .superRefine((body, context) => {
    const missing = (path: string, message: string): void =>
      context.addIssue({ code: "custom", path: [path], message });
    if (body.is_instrumental && body.prompt === "") missing("prompt", "required for instrumental music");
    if (body.lyrics_optimizer && !body.lyrics && body.prompt === "") missing("prompt", "required to write lyrics from");
    if (!body.is_instrumental && !body.lyrics_optimizer && body.lyrics === undefined) missing("lyrics", "required");
  });

export type MusicBody = z.output<typeof schema>;

/**
 * A request as the published description wants it, or what is wrong with it. Stricter than the provider: no unknown
 * fields.
 */
export function parseRequest(body: unknown): { body: MusicBody } | { problem: string } {
  const result = schema.safeParse(body);
  if (result.success) return { body: result.data };
  return { problem: `invalid params, ${describeIssues(result.error).join("; ")}` };
}

/** The wanted length, from the last words like "30 seconds" or "2 minutes"; the rest is the prompt proper. */
export function lengthIn(prompt: string): { prompt: string; seconds: number } {
  const wish = /\n?\b(?:length:?\s*)?(?:about\s+)?(\d{1,3})\s*(seconds?|secs?|s|minutes?|mins?)\b(?: long)?\.?/gi;
  const last = [...prompt.matchAll(wish)].at(-1);
  if (!last?.[1]) return { prompt, seconds: 30 };
  const asked = Number(last[1]) * (last[2]?.toLowerCase().startsWith("m") ? 60 : 1);
  const rest = prompt.slice(0, last.index) + prompt.slice(last.index + last[0].length);
  return { prompt: rest.trim(), seconds: Math.min(240, Math.max(5, asked)) };
}
