import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PluginContext, ReelInput } from "@musicverse/plugin-kit";
import { startSimulator } from "@musicverse/plugin-kit/simulator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { failedWith, goodBody, imageBody, reelVariant, textBody } from "./answers.fixture.ts";
import { imageRequest } from "./artwork.ts";
import { meaningOf } from "./failures.ts";
import { reelRequest } from "./reel-request.ts";
import { musicRequest } from "./request.ts";
import type { Context } from "./settings.ts";
import { createMinimaxSimulator } from "./simulator/index.ts";

/** MiniMax's own descriptions, read where they lie: they are not ours to pass on. */
const contracts =
  process.env["MUSICVERSE_CONTRACTS_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/contracts");
const folder = resolve(contracts, "minimax");
const present = existsSync(folder);
if (!present) console.log(`skipped: no descriptions of MiniMax at ${folder}; set MUSICVERSE_CONTRACTS_DIR`);

interface Description {
  paths: Record<string, object>;
  components: {
    schemas: Record<
      string,
      { properties?: Record<string, unknown>; additionalProperties?: boolean; required?: string[] }
    >;
  };
}
type Schemas = Description["components"]["schemas"];

/**
 * Defects of the descriptions, mended one by one. Requests are judged more strictly than they say, answers as they show
 * them. All name every field in prose but do not forbid others: a misspelled field of ours, or an invented one of the
 * simulator, must show. And base_resp is how success and failure are told apart, yet no schema requires it.
 */
const mends = {
  music(schemas: Schemas): void {
    // trace_id, extra_info and analysis_info are in its example of an answer and missing in the schema.
    Object.assign(schemas["GenerateMusicResp"]?.properties ?? {}, {
      trace_id: { type: "string" },
      extra_info: { type: "object", additionalProperties: { type: "integer" } },
      analysis_info: { type: ["object", "null"] },
    });
    closed(schemas, "GenerateMusicReq", "AudioSetting", "GenerateMusicResp", "MusicData", "BaseResp");
    Object.assign(schemas["GenerateMusicResp"] ?? {}, { required: ["base_resp"] });
  },
  text(schemas: Schemas): void {
    // In its example of an answer and missing in the schemas.
    const output_sensitive_int = { type: "integer" };
    Object.assign(schemas["ChatCompletionResp"]?.properties ?? {}, { output_sensitive_int });
    const counts = Object.fromEntries(
      ["total_characters", "prompt_tokens", "completion_tokens"].map((name) => [name, { type: "integer" }]),
    );
    Object.assign(schemas["Usage"]?.properties ?? {}, counts);
    closed(schemas, "ChatCompletionReq", "ChatCompletionResp", "Message", "Usage");
    Object.assign(schemas["ChatCompletionResp"] ?? {}, { required: ["base_resp"] });
  },
  image(schemas: Schemas): void {
    // "required: true" of a property is no JSON Schema; the numbers of images are text in its example.
    Object.assign(schemas, { StyleObject: { type: "object" } });
    const count = { type: ["integer", "string"] };
    Object.assign(schemas["ImageGenerationResp"]?.properties ?? {}, {
      metadata: { type: "object", properties: { success_count: count, failed_count: count } },
    });
    closed(schemas, "ImageGenerationReq", "ImageGenerationResp", "DataObject", "BaseResp");
    Object.assign(schemas["ImageGenerationResp"] ?? {}, { required: ["base_resp"] });
  },
};

function closed(schemas: Schemas, ...names: string[]): void {
  for (const name of names) Object.assign(schemas[name] ?? {}, { additionalProperties: false });
}

function described(file: string, mend: (schemas: Schemas) => void) {
  const text = present ? readFileSync(resolve(folder, file), "utf8") : "{ paths: {}, components: { schemas: {} } }";
  const description = parse(text) as Description;
  mend(description.components.schemas);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(description, "minimax");
  const faults = (schema: string, value: unknown): unknown[] => {
    ajv.validate(`minimax#/components/schemas/${schema}`, value);
    return ajv.errors ?? [];
  };
  return { paths: description.paths, faults };
}

const config = {
  apiKey: "sk-sim-1",
  baseUrl: "https://api.minimax.io",
  model: "music-3.0",
  textModel: "MiniMax-Text-01",
  imageModel: "image-01",
  outputFormat: "hex",
  audioHosts: undefined,
} as const;
const ctx = { config } as Partial<PluginContext> as Context;

const songs = [
  { lyrics: "la la", instrumental: false },
  { lyrics: null, instrumental: false },
  { lyrics: null, instrumental: true },
].map((words) =>
  musicRequest(ctx, { kind: "music", prompt: "Pop, melancholic", durationSeconds: 5, model: null, ...words }),
);

const reel: ReelInput = {
  kind: "reel",
  brief: "Rainy Night, out on Friday",
  platform: "tiktok",
  tone: "playful",
  language: "en",
  variants: 3,
  instructions: "Mention the rain.",
  avoid: ["Rain?"],
  target: null,
  model: null,
};
const reels = [
  reel,
  { ...reel, model: "MiniMax-M2" },
  { ...reel, target: { field: "hook" as const, current: reelVariant } },
].map((input) => reelRequest(ctx, input));
const picture = imageRequest(ctx, { kind: "artwork", prompt: "A window in the rain", model: null });

const endpoints = [
  {
    name: "music",
    file: "music-generation.openapi.yaml",
    mend: mends.music,
    path: "/v1/music_generation",
    request: "GenerateMusicReq",
    answer: "GenerateMusicResp",
    good: songs,
    fixture: goodBody,
    others: [{ ...songs[0], output_format: "url" }],
    wrong: { model: "music-3.0", prompt: "Pop", duration: 5 },
  },
  {
    name: "text",
    file: "text-chatcompletion-v2.openapi.yaml",
    mend: mends.text,
    path: "/v1/text/chatcompletion_v2",
    request: "ChatCompletionReq",
    answer: "ChatCompletionResp",
    good: reels,
    fixture: textBody("{}"),
    others: [{ model: "MiniMax-M1", messages: [{ role: "user", content: "hello" }] }],
    wrong: { ...reels[0], maximum: 5 },
  },
  {
    name: "image",
    file: "image-generation.openapi.zh.yaml",
    mend: mends.image,
    path: "/v1/image_generation",
    request: "ImageGenerationReq",
    answer: "ImageGenerationResp",
    good: [picture],
    fixture: imageBody,
    others: [{ ...picture, response_format: "url" }],
    wrong: { ...picture, size: "2048" },
  },
];

describe.skipIf(!present).each(endpoints)(
  "MiniMax's published description of $name",
  ({ file, mend, path, request, answer, good, fixture, others, wrong }) => {
    const { paths, faults } = described(file, mend);

    test("has the path that the plugin calls", () => {
      expect(paths).toHaveProperty([path, "post"]);
    });

    test("takes every request the plugin sends", () => {
      for (const body of good) expect(faults(request, body)).toEqual([]);
      expect(faults(request, wrong)).not.toEqual([]);
    });

    test("has the form of every answer the simulator gives, good and bad", async () => {
      const simulator = await startSimulator(createMinimaxSimulator({ latency: 0 }));
      const post = async (body: object, headers: Record<string, string> = {}) => {
        const authorization = "Bearer sk-sim-1";
        const init = {
          method: "POST",
          headers: { "content-type": "application/json", authorization, ...headers },
          body: JSON.stringify(body),
        };
        return (await fetch(`${simulator.origin}${path}`, init)).json();
      };
      try {
        const [first = {}] = good;
        const accepted = [
          ...(await Promise.all(good.map((body) => post(body)))),
          ...(await Promise.all(others.map((body) => post(body)))),
        ];
        const refused = [
          await post({ ...first, model: "music-1" }),
          await post(first, { authorization: "" }),
          await post(first, { authorization: "Bearer wrong" }),
          ...(await Promise.all(
            ["policy", "output_policy", "busy", "no_balance"].map((fault) => post(first, { "x-sim-fault": fault })),
          )),
        ];
        for (const body of [...accepted, ...refused]) expect(faults(answer, body)).toEqual([]);
        const codeOf = (body: unknown) => (body as { base_resp: { status_code: number } }).base_resp.status_code;
        expect(accepted.map(codeOf)).toEqual(accepted.map(() => 0));
        expect(refused.map(codeOf)).toEqual([2013, 1004, 2049, 1026, 1027, 1002, 1008]);
      } finally {
        await simulator.close();
      }
    });

    test("has the form of the answers that the other tests use", () => {
      expect(faults(answer, fixture)).toEqual([]);
      expect(faults(answer, JSON.parse(Buffer.from(failedWith(1026).bytes).toString()))).toEqual([]);
    });
  },
);

describe.skipIf(!present)("MiniMax's table of error codes", () => {
  test("has no error code that the plugin does not know", () => {
    const table = resolve(contracts, "minimax/errorcodes.json");
    const { codes } = JSON.parse(readFileSync(table, "utf8")) as { codes: Record<string, string> };
    // Of voices, cloned or recognised: the music endpoint has none.
    const ofVoices = ["1043", "1044", "20132", "2037", "2039", "2042", "2048"];
    const unknown = Object.keys(codes).filter(
      (code) => code !== "0" && !ofVoices.includes(code) && meaningOf(Number(code)) === null,
    );
    expect(unknown).toEqual([]);
  });
});
