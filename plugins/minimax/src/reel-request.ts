import type { ReelInput } from "@musicverse/plugin-kit";
import { chosenModel } from "./models.ts";
import type { Context } from "./settings.ts";

/** Body of `POST /v1/text/chatcompletion_v2`. */
export interface ChatRequest {
  model: string;
  messages: { role: "system" | "user"; content: string }[];
  temperature: number;
  max_completion_tokens: number;
  response_format?: {
    type: "json_schema";
    json_schema: { name: string; schema: { type: "object"; properties: Record<string, unknown> } };
  };
}

/** The longest variant that the kit takes has about this many tokens. */
const tokensPerVariant = 2_200;
/** What a model that thinks first may spend on it. */
const tokensForThought = 4_096;
/** The only model that can be held to a schema; the others are told in words alone. */
const modelWithSchema = "MiniMax-Text-01";

/** What is usual on each platform. */
const habits = {
  instagram: "an Instagram Reel: caption of 100 to 400 characters, 5 to 10 hashtags",
  tiktok: "a TikTok video: caption of at most 150 characters, 3 to 5 hashtags",
  youtube: "a YouTube Short: caption of at most 100 characters, 2 or 3 hashtags of which one is #shorts",
  facebook: "a Facebook Reel: caption of 80 to 250 characters, 1 to 3 hashtags",
} as const satisfies Record<ReelInput["platform"], string>;

export function reelRequest(ctx: Context, input: ReelInput): ChatRequest {
  const model = chosenModel(ctx, "reel", input.model);
  const count = input.target ? 1 : input.variants;
  const held = model === modelWithSchema;
  return {
    model,
    messages: [
      { role: "system", content: instructionsFor(input) },
      { role: "user", content: JSON.stringify(wishOf(input)) },
    ],
    temperature: 0.9,
    max_completion_tokens: tokensPerVariant * count + (held ? 0 : tokensForThought),
    ...(held && { response_format: variantsSchema }),
  };
}

function instructionsFor({ platform, tone, language }: ReelInput): string {
  return [
    `You write content for short videos of musicians, this time for ${habits[platform]}. Tone: ${tone}. Language: ${language}.`,
    'The user sends JSON: "brief" says what it is about, "variants" how many different ones to write, "instructions" further wishes,',
    '"avoid" hooks not to use again. With "rewrite" you write one variant: "current" with "field" written anew and the rest as it is,',
    "or all of it anew when field is null.",
    'Answer with JSON and nothing else: {"variants":[{"hook","script","caption","hashtags"}]}. hook: the first words, at most 300',
    "characters. script: one scene per line, at most 5000 characters. caption: the text below the video, without hashtags. hashtags: a",
    "list of strings that begin with #.",
  ].join("\n");
}

/** As data, so that nothing in a brief reads like an order of ours. */
function wishOf({ brief, platform, tone, language, variants, instructions, avoid, target }: ReelInput): object {
  return {
    brief,
    platform,
    tone,
    language,
    variants: target ? 1 : variants,
    ...(instructions !== null && { instructions }),
    ...(avoid.length > 0 && { avoid }),
    ...(target && { rewrite: target }),
  };
}

const text = { type: "string" };
const variantsSchema = {
  type: "json_schema",
  json_schema: {
    name: "reel_variants",
    schema: {
      type: "object",
      properties: {
        variants: {
          type: "array",
          items: {
            type: "object",
            properties: { hook: text, script: text, caption: text, hashtags: { type: "array", items: text } },
            required: ["hook", "script", "caption", "hashtags"],
          },
        },
      },
    },
  },
} as const;
