import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PluginContext } from "@musicverse/plugin-kit";
import { startSimulator } from "@musicverse/plugin-kit/simulator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { failedWith, goodBody } from "./answers.fixture.ts";
import { meaningOf } from "./failures.ts";
import { musicRequest } from "./request.ts";
import type { Context } from "./settings.ts";
import { createMinimaxSimulator } from "./simulator/index.ts";

/** MiniMax's own description, read where it lies: it is not ours to pass on. */
const contracts =
  process.env["MUSICVERSE_CONTRACTS_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/contracts");
const file = resolve(contracts, "minimax/music-generation.openapi.yaml");
const present = existsSync(file);
if (!present) console.log(`skipped: no description of MiniMax at ${file}; set MUSICVERSE_CONTRACTS_DIR`);

interface Description {
  paths: Record<string, object>;
  components: {
    schemas: Record<
      string,
      { properties?: Record<string, unknown>; additionalProperties?: boolean; required?: string[] }
    >;
  };
}

/**
 * Defects of the description, mended one by one. Requests are judged more strictly than it says, answers as it shows
 * them.
 */
function overlay({ components: { schemas } }: Description): void {
  // Its request schemas name every field in prose but do not forbid others: a misspelled field of ours must show.
  for (const name of ["GenerateMusicReq", "AudioSetting"])
    Object.assign(schemas[name] ?? {}, { additionalProperties: false });
  // trace_id, extra_info and analysis_info are in its example of an answer and missing in the schema.
  Object.assign(schemas["GenerateMusicResp"]?.properties ?? {}, {
    trace_id: { type: "string" },
    extra_info: { type: "object", additionalProperties: { type: "integer" } },
    analysis_info: { type: ["object", "null"] },
  });
  // With these added the schema is complete, so an invented field of the simulator shows.
  for (const name of ["GenerateMusicResp", "MusicData", "BaseResp"])
    Object.assign(schemas[name] ?? {}, { additionalProperties: false });
  // base_resp is how success and failure are told apart, yet the schema does not require it.
  Object.assign(schemas["GenerateMusicResp"] ?? {}, { required: ["base_resp"] });
}

describe.skipIf(!present)("MiniMax's published description", () => {
  const text = present ? readFileSync(file, "utf8") : "{ paths: {}, components: { schemas: {} } }";
  const description = parse(text) as Description;
  overlay(description);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(description, "minimax");
  const faults = (schema: string, value: unknown): unknown[] => {
    ajv.validate(`minimax#/components/schemas/${schema}`, value);
    return ajv.errors ?? [];
  };

  const config = {
    apiKey: "sk-sim-1",
    baseUrl: "https://api.minimax.io",
    model: "music-3.0",
    outputFormat: "hex",
    audioHosts: undefined,
  } as const;
  const ctx = { config } as Partial<PluginContext> as Context;
  const wishes = [
    { lyrics: "la la", instrumental: false },
    { lyrics: null, instrumental: false },
    { lyrics: null, instrumental: true },
  ].map((words) => ({ kind: "music" as const, prompt: "Pop, melancholic", durationSeconds: 5, model: null, ...words }));

  test("has the path that the plugin calls", () => {
    expect(description.paths).toHaveProperty(["/v1/music_generation", "post"]);
  });

  test("takes every request the plugin sends", () => {
    for (const wish of wishes) expect(faults("GenerateMusicReq", musicRequest(ctx, wish))).toEqual([]);
    expect(faults("GenerateMusicReq", { model: "music-3.0", prompt: "Pop", duration: 5 })).not.toEqual([]);
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
      return (await fetch(`${simulator.origin}/v1/music_generation`, init)).json();
    };
    try {
      const [first] = wishes;
      const body = first ? musicRequest(ctx, first) : {};
      const answers = [
        ...(await Promise.all(wishes.map((wish) => post(musicRequest(ctx, wish))))),
        await post({ ...body, output_format: "url" }),
        await post({ ...body, model: "music-1" }),
        await post(body, { authorization: "" }),
        await post(body, { authorization: "Bearer wrong" }),
        ...(await Promise.all(
          ["policy", "output_policy", "busy", "no_balance"].map((fault) => post(body, { "x-sim-fault": fault })),
        )),
      ];
      for (const answer of answers) expect(faults("GenerateMusicResp", answer)).toEqual([]);
      const codes = answers.map((answer) => (answer as { base_resp: { status_code: number } }).base_resp.status_code);
      expect(codes).toEqual([0, 0, 0, 0, 2013, 1004, 2049, 1026, 1027, 1002, 1008]);
    } finally {
      await simulator.close();
    }
  });

  test("has the form of the answers that the other tests use", () => {
    expect(faults("GenerateMusicResp", goodBody)).toEqual([]);
    expect(faults("GenerateMusicResp", JSON.parse(Buffer.from(failedWith(1026).bytes).toString()))).toEqual([]);
  });

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
