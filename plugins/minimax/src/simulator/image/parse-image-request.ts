import { charactersMax, describeIssues } from "@musicverse/plugin-kit";
import { z } from "zod";

const edge = z.int().min(512).max(2048).multipleOf(8);

const schema = z
  .strictObject({
    // image-01-live has styles instead of sizes; the simulator paints in one style.
    model: z.literal("image-01"),
    prompt: z
      .string()
      .min(1)
      .refine(...charactersMax(1500)),
    aspect_ratio: z.literal("1:1", "the simulator makes squares by ratio; ask for width and height").optional(),
    width: edge.optional(),
    height: edge.optional(),
    response_format: z.enum(["url", "base64"]).default("url"),
    seed: z.int().optional(),
    n: z.literal(1, "the simulator makes one picture").default(1),
    prompt_optimizer: z.boolean().optional(),
    aigc_watermark: z.boolean().optional(),
  })
  .refine(({ width, height }) => (width === undefined) === (height === undefined), "width and height go together");

export interface Picture {
  prompt: string;
  width: number;
  height: number;
  seed: string;
  as: "url" | "base64";
}

/** A request as the published description wants it, or what is wrong with it. Stricter than the provider: no unknown fields. */
export function parseImageRequest(body: unknown): Picture | { problem: string } {
  const result = schema.safeParse(body);
  if (!result.success) return { problem: `invalid params, ${describeIssues(result.error).join("; ")}` };
  const { prompt, aspect_ratio: ratio, width = 1024, height = 1024, seed = 0, response_format: as } = result.data;
  const square = ratio === undefined ? { width, height } : { width: 1024, height: 1024 };
  return { prompt, ...square, seed: `${seed}`, as };
}
