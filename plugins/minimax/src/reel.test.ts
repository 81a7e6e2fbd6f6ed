import { httpResponse, isPluginError, type HttpRequest, type ReelInput } from "@musicverse/plugin-kit";
import { jsonAnswer } from "@musicverse/plugin-kit/conformance";
import { expect, test } from "vitest";
import { reelVariant, textBody } from "./answers.fixture.ts";
import { generateReel } from "./reel.ts";
import type { Context } from "./settings.ts";

const input: ReelInput = {
  kind: "reel",
  brief: "prompt-canary Rainy Night",
  platform: "tiktok",
  tone: "playful",
  language: "de",
  variants: 1,
  instructions: null,
  avoid: [],
  target: null,
  model: null,
};

async function ask(content: string, wish: Partial<ReelInput> = {}) {
  const sent: HttpRequest[] = [];
  const ctx = {
    config: { baseUrl: "https://api.minimax.io", textModel: "MiniMax-Text-01" },
    clock: { now: () => new Date() },
    http: {
      request: async (request: HttpRequest) => {
        sent.push(request);
        return httpResponse(jsonAnswer(200, textBody(content)), new Date());
      },
    },
  } as unknown as Context;
  const result: unknown = await generateReel(ctx, { ...input, ...wish }).catch((error: unknown) => error);
  const body = sent[0]?.json as { messages: { role: string; content: string }[]; max_completion_tokens: number };
  return { result, body };
}

test("the brief goes as data, platform, tone and language as orders, and the length of the answer has a cap", async () => {
  const { body } = await ask(JSON.stringify({ variants: [reelVariant] }));
  const [system, user] = body.messages;
  expect(system?.content).toMatch(/TikTok.*playful.*de/);
  expect(system?.content).not.toContain("prompt-canary");
  expect(JSON.parse(user?.content ?? "")).toMatchObject({ brief: input.brief, variants: 1 });
  expect(body.max_completion_tokens).toBeLessThanOrEqual(2_500);
});

test("tokens are told as the provider counts them, also of an answer that is of no use", async () => {
  const { result } = await ask(JSON.stringify({ variants: [reelVariant] }));
  expect(result).toMatchObject({ usage: { inputTokens: 26, outputTokens: 223 }, model: "MiniMax-Text-01" });
  const { result: failure } = await ask("no JSON");
  expect(isPluginError(failure) && [failure.code, failure.usage]).toEqual([
    "UPSTREAM",
    { inputTokens: 26, outputTokens: 223 },
  ]);
});

test("a fence, a thought aloud and hashtags without # are read; more variants than asked for are left out", async () => {
  const answer = { variants: [{ ...reelVariant, hashtags: ["lofi", "# new music"] }, reelVariant] };
  for (const content of [
    `\`\`\`json\n${JSON.stringify(answer)}\n\`\`\``,
    `<think>{"variants":[]}</think>\n${JSON.stringify(answer)}`,
  ]) {
    const { result } = await ask(content);
    expect(result).toMatchObject({ variants: [{ hashtags: ["#lofi", "#newmusic"] }] });
  }
});

test("of a rewritten field nothing else is taken, whatever the model changed", async () => {
  const { result } = await ask(
    JSON.stringify({ variants: [{ hook: "New", script: "Other", caption: "Other", hashtags: ["#other"] }] }),
    {
      target: { field: "hook", current: reelVariant },
    },
  );
  expect(result).toMatchObject({ variants: [{ ...reelVariant, hook: "New" }] });
});

test("a refusal never quotes what the model wrote", async () => {
  const { result } = await ask(JSON.stringify({ variants: [{ ...reelVariant, hook: "prompt-canary".repeat(30) }] }));
  expect(isPluginError(result)).toBe(true);
  expect(String(result)).not.toContain("prompt-canary");
});
