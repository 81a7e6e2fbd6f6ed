import {
  describeIssues,
  PluginError,
  reelVariant,
  type HttpResponse,
  type ReelInput,
  type ReelOutput,
  type ReelVariant,
  type TokenUsage,
} from "@musicverse/plugin-kit";
import { z } from "zod";
import { reelRequest } from "./reel-request.ts";
import { answerTimeoutMs, type Context } from "./settings.ts";
import { successOf } from "./success.ts";

/** Ten times what all variants may have: the rest is thought and envelope. */
const answerBytesMax = 1024 * 1024;

export async function generateReel(ctx: Context, input: ReelInput): Promise<ReelOutput> {
  const body = reelRequest(ctx, input);
  const response = await ctx.http.request({
    method: "POST",
    url: `${ctx.config.baseUrl}/v1/text/chatcompletion_v2`,
    json: body,
    timeoutMs: answerTimeoutMs,
    maxBytes: answerBytesMax,
  });
  const { variants, usage, id } = reelAnswer(ctx, response, input);
  return { kind: "reel", variants, usage, model: body.model, providerReference: id, costMicros: null };
}

const tokens = z.int().min(0).max(10_000_000);
const usageIn = z.object({ usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }) });

const chat = z.object({
  id: z.string().max(500).optional().catch(undefined),
  choices: z
    .array(z.object({ finish_reason: z.string().optional(), message: z.object({ content: z.string().min(1) }) }))
    .min(1),
});
/** Models leave out the # or write it apart; anything else that does not fit is refused. */
const hashtag = z.string().transform((tag) => `#${tag.replaceAll(/[#\s]/g, "")}`);
const trimmed = z.string().trim();
const written = z.object({
  variants: z
    .array(z.object({ hook: trimmed, script: trimmed, caption: trimmed, hashtags: z.array(hashtag) }).pipe(reelVariant))
    .min(1),
});

/** A malformed answer costs a few tokens and is of no use, so it counts as failed and may be asked for again. */
function reelAnswer(ctx: Context, response: HttpResponse, input: ReelInput) {
  const body = successOf(ctx, response);
  const usage = usageOf(body);
  const malformed = (message: string): PluginError =>
    new PluginError("UPSTREAM", message, { outcome: "failed", ...(usage && { usage }) });
  const answer = chat.safeParse(body);
  if (!answer.success) throw malformed(describeIssues(answer.error).join("; "));
  const {
    id = null,
    choices: [choice],
  } = answer.data;
  if (!choice || choice.finish_reason === "length") throw malformed("the answer was cut off at the limit of tokens");
  const parsed = written.safeParse(jsonIn(choice.message.content));
  if (!parsed.success)
    throw malformed(`the text is not what was asked for: ${describeIssues(parsed.error).join("; ")}`);
  const wanted = input.target ? 1 : input.variants;
  const variants = parsed.data.variants.slice(0, wanted).map((variant) => withTarget(variant, input.target));
  if (variants.length < wanted) throw malformed(`${variants.length} variants of ${wanted}`);
  if (new Set(variants.map(({ hook, caption }) => `${hook}\n${caption}`)).size < wanted)
    throw malformed("two variants are the same");
  return { variants, usage, id };
}

/** Of a rewritten field nothing else is taken, whatever the model changed besides. */
function withTarget(variant: ReelVariant, target: ReelInput["target"]): ReelVariant {
  return target?.field ? { ...target.current, [target.field]: variant[target.field] } : variant;
}

function usageOf(body: unknown): TokenUsage | null {
  const parsed = usageIn.safeParse(body);
  return parsed.success
    ? { inputTokens: parsed.data.usage.prompt_tokens, outputTokens: parsed.data.usage.completion_tokens }
    : null;
}

/** Some models think aloud or put JSON into a fence before they answer as told. Undefined: no JSON. */
function jsonIn(content: string): unknown {
  const text = content.replace(/^\s*<think>.*?<\/think>/s, "").replace(/^\s*```(?:json)?\s*(.*?)\s*```\s*$/s, "$1");
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
