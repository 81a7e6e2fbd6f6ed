import {
  describeIssues,
  imageBytesMax,
  PluginError,
  type ArtworkInput,
  type ArtworkOutput,
  type HttpResponse,
} from "@musicverse/plugin-kit";
import { z } from "zod";
import { chosenModel } from "./models.ts";
import { answerTimeoutMs, type Context } from "./settings.ts";
import { drift, successOf } from "./success.ts";

const promptMax = 1500;
/** Pixels of an edge: the most that MiniMax makes. */
const edge = 2048;

/** Body of `POST /v1/image_generation`. */
export interface ImageRequest {
  model: string;
  prompt: string;
  width: number;
  height: number;
  response_format: "base64";
  n: 1;
}

/** Asks for the bytes themselves: links would need the hosts of their files. */
export function imageRequest(ctx: Context, input: ArtworkInput): ImageRequest {
  const prompt = `${input.prompt}\nSquare cover art, no lettering.`;
  return {
    model: chosenModel(ctx, "artwork", input.model),
    prompt: prompt.length <= promptMax ? prompt : input.prompt,
    width: edge,
    height: edge,
    response_format: "base64",
    n: 1,
  };
}

export async function generateArtwork(ctx: Context, input: ArtworkInput): Promise<ArtworkOutput> {
  const body = imageRequest(ctx, input);
  const response = await ctx.http.request({
    method: "POST",
    url: `${ctx.config.baseUrl}/v1/image_generation`,
    json: body,
    timeoutMs: answerTimeoutMs,
    maxBytes: Math.ceil(imageBytesMax / 3) * 4 + 65_536, // Base64 has four characters for three bytes.
  });
  return { ...imageAnswer(ctx, response), model: body.model };
}

const answer = z.object({
  id: z.string().max(500).optional().catch(undefined),
  data: z.object({ image_base64: z.array(z.string().min(1)).min(1) }),
});
const withheld = z.object({ metadata: z.object({ failed_count: z.coerce.number().positive() }) });

function imageAnswer(ctx: Context, response: HttpResponse): Omit<ArtworkOutput, "model"> {
  const body = successOf(ctx, response);
  const parsed = answer.safeParse(body);
  if (!parsed.success) {
    // A success without a picture: its content check kept the picture back.
    if (withheld.safeParse(body).success) {
      throw new PluginError("CONTENT_POLICY", "MiniMax withheld the picture", {
        outcome: "failed",
        publicMessage: "The picture was withheld by MiniMax's content policy; change the prompt.",
      });
    }
    throw drift(describeIssues(parsed.error).join("; "));
  }
  const [base64 = ""] = parsed.data.data.image_base64;
  const image = new Uint8Array(Buffer.from(base64, "base64"));
  return { kind: "artwork", image, ...sniff(image), providerReference: parsed.data.id ?? null, costMicros: null };
}

function sniff(image: Uint8Array): Pick<ArtworkOutput, "format" | "width" | "height"> {
  const bytes = Buffer.from(image.buffer, image.byteOffset, Math.min(image.length, 24));
  if (bytes.length >= 24 && bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))) {
    return { format: "png", width: bytes.readUInt32BE(16) || null, height: bytes.readUInt32BE(20) || null };
  }
  if (bytes.subarray(0, 3).equals(Buffer.from("ffd8ff", "hex"))) return { format: "jpeg", width: null, height: null };
  if (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP")
    return { format: "webp", width: null, height: null };
  throw drift("data.image_base64 is no PNG, JPEG or WebP");
}
