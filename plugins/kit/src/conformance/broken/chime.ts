import { bearerKey } from "../../auth.ts";
import { secret, url } from "../../config-fields.ts";
import type { PluginContext } from "../../context.ts";
import { PluginError } from "../../errors.ts";
import type { GenerationCapability, GenerationInput, GenerationOutput } from "../../capabilities/generation.ts";
import { throwForStatus } from "../../http-errors.ts";
import type { LongWork } from "../../long-work.ts";
import { musicOutput } from "../../music.ts";
import { definePlugin, type AnyPlugin } from "../../plugin.ts";
import { createChimeSimulator } from "./chime-simulator.ts";
import { chimeWebhooks, webhookSamples } from "./chime-webhooks.ts";
import { jsonAnswer, textAnswer, type ConformanceOptions } from "../subject.ts";

// A plugin that does everything right, for a provider that does not exist. Each broken plugin beside it differs in one
// thing.

export async function generate(ctx: PluginContext, input: GenerationInput): Promise<LongWork<GenerationOutput>> {
  if (input.kind !== "music") throw new PluginError("PERMANENT", "the host asks for kinds of the models only");
  const response = await ctx.http.request({
    method: "POST",
    url: `${String(ctx.config["baseUrl"])}/songs`,
    json: { text: input.prompt, words: input.lyrics, seconds: input.durationSeconds },
  });
  if (response.status !== 200) throwForStatus(response, { rateLimitScope: "app", unauthorized: "AUTH_REVOKED" });
  return { done: outputFrom(response.json()) };
}

export const notASong = "the answer is no song";

function outputFrom(body: unknown): GenerationOutput {
  const { id, audio } = (body ?? {}) as { id?: unknown; audio?: unknown };
  const output = musicOutput.safeParse({
    kind: "music",
    audio: typeof audio === "string" ? new Uint8Array(Buffer.from(audio, "base64")) : null,
    format: "wav",
    model: "chime-1",
    lyrics: null,
    durationMs: null,
    providerReference: id,
    costMicros: null,
  });
  if (!output.success) throw new PluginError("UPSTREAM", notASong);
  return output.data;
}

const good: GenerationCapability = {
  models: () => [{ id: "chime-1", kind: "music", name: "Chime 1", default: true }],
  generate,
};

/** The good plugin with parts replaced. */
export function chimeWith(
  generation: Partial<GenerationCapability> = {},
  manifest: Partial<AnyPlugin> = {},
): AnyPlugin {
  const plugin = definePlugin({
    id: "chime",
    version: "1.0.0",
    kit: "^0.1.0",
    name: "Chime",
    docs: "https://chime.example/docs",
    config: {
      apiKey: secret({ description: "Key from the Chime console.", example: "chime-0123456789" }),
      baseUrl: url({
        description: "Address of Chime's API.",
        default: "https://api.chime.example",
        example: "https://api.chime.example",
      }),
      webhookSecret: secret({
        description: "Secret of the webhook endpoint.",
        example: "whsec_Y2hpbWU=",
        optional: true,
      }),
    },
    hosts: ["files.chime.example"],
    auth: bearerKey({ field: "apiKey", onlyTo: "baseUrl" }),
    capabilities: { generation: { ...good, ...generation }, webhooks: chimeWebhooks },
    simulator: {
      config: (origin) => ({ apiKey: "chime-simulator", baseUrl: origin }),
      load: async () => createChimeSimulator,
    },
  });
  return { ...plugin, ...manifest };
}

export const chimeOptions: ConformanceOptions = {
  module: import.meta.resolve("./chime-simulator.ts"),
  nodeArguments: ["--conditions=musicverse-source"],
  config: { apiKey: "chime-canary-0123456789", webhookSecret: "whsec_Y2FuYXJ5IG9mIGNoaW1l" },
  webhooks: webhookSamples,
  cases: {
    generation: {
      generate: [
        { input: { kind: "music", prompt: "bells" } },
        { input: { kind: "music", prompt: "bells", lyrics: "ding dong", durationSeconds: 5 } },
      ],
    },
  },
  answer: () => jsonAnswer(200, { id: "song-1", audio: "UklGRg==" }),
  errors: [
    {
      name: "too many requests",
      answer: jsonAnswer(429, {}, { "retry-after": "7" }),
      code: "RATE_LIMIT",
      retryAfterSeconds: 7,
    },
    { name: "bad key", answer: jsonAnswer(401, {}), code: "AUTH_REVOKED" },
    { name: "crash", answer: textAnswer(500, "oops"), code: "UPSTREAM", outcome: "failed" },
    { name: "gateway", answer: textAnswer(504, "late"), code: "NETWORK", outcome: "unknown" },
    { name: "reset", answer: "reset", code: "NETWORK" },
  ],
};
