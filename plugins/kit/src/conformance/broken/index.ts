import { setTimeout as delay } from "node:timers/promises";
import { secret, text } from "../../config-fields.ts";
import type { HttpRequest } from "../../context.ts";
import { PluginError } from "../../errors.ts";
import type { GenerationOutput } from "../../capabilities/generation.ts";
import type { LongWork } from "../../long-work.ts";
import type { Broken } from "./broken.ts";
import { carolOptions, carolWith } from "./carol.ts";
import { chimeWith, generate, notASong } from "./chime.ts";
import { brokenWebhooks, chimeHearing } from "./webhooks.ts";

const kept = new Map<string, LongWork<GenerationOutput>>();
const leaked: unknown[] = [];
const { config } = chimeWith();

export const brokenPlugins: readonly Broken[] = [
  { rule: "manifest", how: "an id that could be no setting's name", plugin: chimeWith({}, { id: "Chime Plugin" }) },
  { rule: "manifest", how: "written for a kit that is not this one", plugin: chimeWith({}, { kit: "^9.0.0" }) },
  {
    rule: "import",
    how: "swallows the rejections of the whole process on import",
    plugin: chimeWith(),
    options: { module: import.meta.resolve("./effects-on-import.ts") },
  },
  {
    rule: "config-errors",
    how: "its own check throws instead of saying what is wrong",
    plugin: chimeWith(
      {},
      {
        config: {
          ...config,
          region: text({ description: "Region of the account.", example: "eu", default: "eu", check: regionOf }),
        },
      },
    ),
  },
  {
    rule: "secrets",
    how: "a token that everybody may read",
    plugin: chimeWith(
      {},
      {
        config: {
          ...config,
          webhookToken: text({ description: "Token of the webhook.", example: "t", optional: true }),
        },
      },
    ),
  },
  {
    rule: "secrets",
    how: "a key with a default",
    plugin: chimeWith(
      {},
      {
        config: {
          ...config,
          backupKey: secret({ description: "A second key.", example: "chime-2", default: "chime-0000000" }),
        },
      },
    ),
  },
  {
    rule: "egress",
    how: "reports home to a host that it does not declare",
    plugin: chimeWith({
      async generate(ctx, input) {
        await ctx.http.request({ method: "POST", url: "https://telemetry.example/", json: {} }).catch(() => undefined);
        return generate(ctx, input);
      },
    }),
  },
  {
    rule: "egress",
    how: "uses fetch",
    plugin: chimeWith({
      async generate(ctx, input) {
        await fetch("http://127.0.0.1:65001/").catch(() => undefined);
        return generate(ctx, input);
      },
    }),
  },
  {
    rule: "egress",
    how: "asks the provider for its models, where the host allows no request",
    plugin: chimeWith({
      models(ctx) {
        void ctx.http.request({ method: "GET", url: `${String(ctx.config["baseUrl"])}/models` }).catch(() => undefined);
        return [{ id: "chime-1", kind: "music", name: "Chime 1", default: true }];
      },
    }),
  },
  {
    rule: "bypass",
    how: "leaves a rule out without saying why",
    plugin: chimeWith(),
    options: { bypass: { heap: "slow" } },
  },
  {
    rule: "bypass",
    how: "leaves out a rule that there is not",
    plugin: chimeWith(),
    options: { bypass: { speed: "the provider is slow, and nothing can be done about it" } },
  },
  {
    rule: "cases",
    how: "provides a function that its author never tried",
    plugin: chimeWith({ resolve: async () => ({ absent: true }) }),
  },
  {
    rule: "output",
    how: "names its event in the provider's words, which no feature can subscribe to",
    plugin: chimeHearing({ normalize: () => ({ type: "Song Done", data: {} }) }),
  },
  {
    rule: "output",
    how: "a model without a name",
    plugin: chimeWith({ models: () => [{ id: "chime-1", kind: "music", name: "", default: true }] }),
  },
  {
    rule: "generation",
    how: "two models that are both the default",
    plugin: chimeWith({
      models: () => ["chime-1", "chime-2"].map((id) => ({ id, kind: "music" as const, name: id, default: true })),
    }),
  },
  {
    rule: "errors",
    how: "a crash of the provider becomes a refusal of the input",
    plugin: chimeWith({
      generate: (ctx, input) =>
        generate(ctx, input).catch((error: unknown) => {
          if (!(error instanceof PluginError) || error.upstream.status !== 500) throw error;
          throw new PluginError("VALIDATION", error.message, { fields: [] });
        }),
    }),
  },
  {
    rule: "fuzz",
    how: "trusts the provider to send what it always sends",
    plugin: chimeWith({
      async generate(ctx, input) {
        try {
          return await generate(ctx, input);
        } catch (error) {
          if (error instanceof PluginError && error.message === notASong) {
            throw new TypeError("undefined has no length", { cause: error });
          }
          throw error;
        }
      },
    }),
  },
  {
    rule: "abort",
    how: "tries again by itself, whatever the signal says",
    plugin: chimeWith({
      async generate(ctx, input) {
        try {
          return await generate(ctx, input);
        } catch (error) {
          if (ctx.signal.aborted) await delay(400);
          throw error;
        }
      },
    }),
  },
  {
    rule: "retry-safety",
    how: "claims that a repeated call is safe and sends no key",
    plugin: chimeWith({ retrySafety: { generate: "idempotent" } }),
  },
  {
    rule: "isolation",
    how: "remembers results by prompt, for everybody",
    plugin: chimeWith({
      async generate(ctx, input) {
        const prompt = input.kind === "music" ? input.prompt : "";
        const known = kept.get(prompt);
        if (known) return structuredClone(known);
        const work = await generate(ctx, input);
        // Short of the other rules' prompts, whose answers must differ from call to call.
        if (prompt.length > 30) kept.set(prompt, work);
        return work;
      },
    }),
  },
  {
    rule: "logs",
    how: "logs its requests",
    plugin: chimeWith({
      generate(ctx, input) {
        ctx.log.info("asking for a song", { input });
        return generate(ctx, input);
      },
    }),
  },
  {
    rule: "logs",
    how: "quotes the answer in its error",
    plugin: chimeWith({
      async generate(ctx, input) {
        let answer = "";
        const request = async (wish: HttpRequest) => {
          const response = await ctx.http.request(wish);
          answer = response.text();
          return response;
        };
        return generate({ ...ctx, http: { ...ctx.http, request } }, input).catch((error: unknown) => {
          if (!(error instanceof PluginError) || error.code !== "UPSTREAM") throw error;
          throw new PluginError("UPSTREAM", `cannot read ${answer}`, {
            outcome: error.outcome ?? undefined,
            cause: error,
          });
        });
      },
    }),
  },
  ...brokenWebhooks,
  {
    rule: "connect",
    how: "its simulator lets everybody in, whatever the verifier",
    plugin: carolWith({ checksVerifier: false }),
    options: carolOptions,
  },
  { rule: "simulator", how: "ships none", plugin: chimeWith({}, { simulator: undefined }) },
  {
    rule: "heap",
    how: "keeps every call for its statistics",
    plugin: chimeWith({
      generate(ctx, input) {
        leaked.push(Array.from({ length: 2_000 }, () => input.model));
        return generate(ctx, input);
      },
    }),
  },
];

function regionOf(value: string): string | null {
  if (!/^[a-z]{2}$/.test(value)) throw new RangeError("no such region");
  return null;
}
