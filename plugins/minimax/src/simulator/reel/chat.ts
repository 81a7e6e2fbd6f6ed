import { createHash } from "node:crypto";
import { describeIssues, reelFields, reelPlatforms, reelTones, reelVariant } from "@musicverse/plugin-kit";
import { z } from "zod";
import { write, type Wish } from "./write.ts";

const models = ["MiniMax-Text-01", "MiniMax-M2", "MiniMax-M1"] as const;

const request = z
  .strictObject({
    model: z.enum(models),
    messages: z
      .array(
        z.strictObject({
          role: z.enum(["system", "user", "assistant"]),
          name: z.string().optional(),
          content: z.string(),
        }),
      )
      .min(1),
    stream: z.literal(false, "the simulator does not stream").default(false),
    temperature: z.number().gt(0).max(1).optional(),
    top_p: z.number().gt(0).max(1).optional(),
    max_tokens: z.int().min(1).optional(),
    max_completion_tokens: z.int().min(1).optional(),
    mask_sensitive_info: z.boolean().optional(),
    response_format: z
      .object({
        type: z.literal("json_schema"),
        json_schema: z.object({ name: z.string(), schema: z.object({ type: z.literal("object") }) }),
      })
      .optional(),
  })
  .refine(
    ({ model, response_format: format }) => format === undefined || model === "MiniMax-Text-01",
    "response_format: only MiniMax-Text-01 takes it",
  );
type ChatBody = z.output<typeof request>;

/** A user's message that the plugin's own prompt makes of a brief. */
const wish = z.object({
  brief: z.string(),
  platform: z.enum(reelPlatforms),
  tone: z.enum(reelTones),
  language: z.string(),
  variants: z.int().min(1).max(10),
  instructions: z.string().nullable().default(null),
  avoid: z.array(z.string()).default([]),
  rewrite: z
    .object({ field: z.enum(reelFields).nullable(), current: reelVariant })
    .nullable()
    .default(null),
});

export function parseChat(body: unknown): { body: ChatBody } | { problem: string } {
  const result = request.safeParse(body);
  return result.success
    ? { body: result.data }
    : { problem: `invalid params, ${describeIssues(result.error).join("; ")}` };
}

/** The answer to a chat: reels for a brief, a greeting for anything else. */
export function answerTo({ model, messages, max_completion_tokens: max }: ChatBody): object {
  const asked = readWish(messages.findLast(({ role }) => role === "user")?.content ?? "");
  return completion(
    model,
    asked ? JSON.stringify({ variants: write(asked) }) : "Hello! How can I assist you?",
    messages.map(({ content }) => content).join(""),
    max,
  );
}

/** Like a model that forgot what it was told. */
export const chatter = (): object => completion("MiniMax-Text-01", "Sure! Here are some ideas for your reel:", "");

function completion(model: string, text: string, asked: string, max = Infinity): object {
  const needed = tokensOf(text);
  const content = needed > max ? text.slice(0, max * 4) : text;
  const [input, output] = [tokensOf(asked), tokensOf(content)];
  return {
    id: createHash("md5").update(asked).digest("hex"),
    choices: [
      {
        finish_reason: needed > max ? "length" : "stop",
        index: 0,
        message: { content, role: "assistant", name: "MiniMax AI", audio_content: "" },
      },
    ],
    created: Math.floor(Date.now() / 1000),
    model,
    object: "chat.completion",
    usage: { total_tokens: input + output, total_characters: 0, prompt_tokens: input, completion_tokens: output },
    input_sensitive: false,
    output_sensitive: false,
    input_sensitive_type: 0,
    output_sensitive_type: 0,
    output_sensitive_int: 0,
    base_resp: { status_code: 0, status_msg: "" },
  };
}

/** About four characters a token. */
const tokensOf = (text: string): number => Math.ceil(text.length / 4);

function readWish(text: string): Wish | null {
  try {
    const parsed = wish.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** How many variants it will write: each takes its time. */
export function variantsIn({ messages }: ChatBody): number {
  return readWish(messages.at(-1)?.content ?? "")?.variants ?? 1;
}
