import type { HttpRequest, RawAnswer } from "@musicverse/plugin-kit";
import { jsonAnswer, textAnswer, type ConformanceOptions } from "@musicverse/plugin-kit/conformance";

/** Answers of MiniMax for tests: the published description's forms with the smallest possible audio. */
const tinyWav = Buffer.from("RIFF\u0024\u0000\u0000\u0000WAVEfmt ", "latin1").toString("hex");

export const goodBody = {
  data: { status: 2, audio: tinyWav },
  trace_id: "04ede0ab069fb1ba8be5156a24b1e081",
  extra_info: { music_duration: 25_364, music_sample_rate: 44_100, music_channel: 2, bitrate: 256_000, music_size: 16 },
  analysis_info: null,
  base_resp: { status_code: 0, status_msg: "success" },
};

export const reelVariant = {
  hook: "Rain?",
  script: "Window.\nKeys.",
  caption: "Out on Friday.",
  hashtags: ["#lofi", "#newmusic"],
};

/** An answer of the text endpoint that says `content`. */
export const textBody = (content: string, finishReason = "stop") => ({
  id: "04ecb5d9b1921ae0fb0e8da9017a5474",
  choices: [
    {
      finish_reason: finishReason,
      index: 0,
      message: { content, role: "assistant", name: "MiniMax AI", audio_content: "" },
    },
  ],
  created: 1_755_153_113,
  model: "MiniMax-Text-01",
  object: "chat.completion",
  usage: { total_tokens: 249, total_characters: 0, prompt_tokens: 26, completion_tokens: 223 },
  input_sensitive: false,
  output_sensitive: false,
  input_sensitive_type: 0,
  output_sensitive_type: 0,
  output_sensitive_int: 0,
  base_resp: { status_code: 0, status_msg: "" },
});
const reelBody = textBody(JSON.stringify({ variants: [reelVariant, { ...reelVariant, hook: "Snow?" }] }));

const tinyPng = Buffer.from("89504e470d0a1a0a0000000d49484452000008000000080008030000", "hex").toString("base64");
export const imageBody = {
  id: "03ff3cd0820949eb8a410056b5f21d38",
  data: { image_base64: [tinyPng] },
  metadata: { failed_count: "0", success_count: "1" },
  base_resp: { status_code: 0, status_msg: "success" },
};

/** A good answer of the endpoint that is asked. */
function goodAnswer({ url }: HttpRequest): RawAnswer {
  if (url.endsWith("/chatcompletion_v2")) return jsonAnswer(200, reelBody);
  return jsonAnswer(200, url.endsWith("/image_generation") ? imageBody : goodBody);
}

/** HTTP 200 with a failure inside: MiniMax's usual form. */
export const failedWith = (statusCode: number, status = 200, headers: Record<string, string> = {}) =>
  jsonAnswer(status, { base_resp: { status_code: statusCode, status_msg: `failure ${statusCode}` } }, headers);

const failed = "failed" as const;

export const conformanceOptions: ConformanceOptions = {
  module: import.meta.resolve("./index.ts"),
  packageJson: import.meta.resolve("../package.json"),
  nodeArguments: ["--conditions=musicverse-source"],
  config: { apiKey: "sk-api-canary-0123456789" },
  cases: {
    generation: {
      generate: [
        {
          input: {
            kind: "music",
            prompt: "Indie folk, melancholic",
            lyrics: "[verse]\nStreetlights flicker",
            durationSeconds: 5,
          },
        },
        { input: { kind: "music", prompt: "Warm piano", instrumental: true } },
        { input: { kind: "music", prompt: "Happy song about the sea", model: "music-2.6" } },
        {
          input: {
            kind: "reel",
            brief: "Teaser for Rainy Night, out on Friday",
            platform: "tiktok",
            tone: "playful",
            variants: 2,
          },
        },
        {
          input: {
            kind: "reel",
            brief: "Rainy Night",
            platform: "youtube",
            target: { field: "hook", current: reelVariant },
          },
        },
        { input: { kind: "artwork", prompt: "A window in the rain" } },
      ],
    },
  },
  answer: goodAnswer,
  errors: [
    { name: "1000 unknown error", answer: failedWith(1000), code: "UPSTREAM", outcome: failed },
    { name: "1001 timeout", answer: failedWith(1001), code: "NETWORK", outcome: failed },
    { name: "1002 rate limit", answer: failedWith(1002), code: "RATE_LIMIT", outcome: failed },
    {
      name: "1002 with Retry-After",
      answer: failedWith(1002, 200, { "retry-after": "7" }),
      code: "RATE_LIMIT",
      retryAfterSeconds: 7,
    },
    { name: "1004 not authorized", answer: failedWith(1004), code: "AUTH_REVOKED" },
    { name: "1004 as HTTP 401", answer: failedWith(1004, 401), code: "AUTH_REVOKED" },
    { name: "1008 balance", answer: failedWith(1008), code: "PERMANENT", outcome: failed },
    { name: "1024 internal", answer: failedWith(1024), code: "UPSTREAM", outcome: failed },
    { name: "1026 input policy", answer: failedWith(1026), code: "CONTENT_POLICY" },
    { name: "1027 output policy", answer: failedWith(1027), code: "CONTENT_POLICY" },
    { name: "1033 system", answer: failedWith(1033), code: "UPSTREAM", outcome: failed },
    { name: "1039 token limit", answer: failedWith(1039), code: "RATE_LIMIT" },
    { name: "1041 connections", answer: failedWith(1041), code: "RATE_LIMIT" },
    { name: "1042 characters", answer: failedWith(1042), code: "VALIDATION" },
    { name: "2013 parameters", answer: failedWith(2013), code: "VALIDATION" },
    { name: "2045 growth", answer: failedWith(2045), code: "RATE_LIMIT" },
    { name: "2049 key", answer: failedWith(2049), code: "AUTH_REVOKED" },
    { name: "2056 plan's window", answer: failedWith(2056), code: "RATE_LIMIT", retryAfterSeconds: 900 },
    { name: "a code from the future", answer: failedWith(9999), code: "UPSTREAM", outcome: failed },
    {
      name: "HTTP 429",
      answer: textAnswer(429, "slow down", { "retry-after": "7" }),
      code: "RATE_LIMIT",
      retryAfterSeconds: 7,
    },
    { name: "HTTP 500", answer: textAnswer(500, "oops"), code: "UPSTREAM", outcome: failed },
    { name: "HTTP 502", answer: textAnswer(502, "bad gateway"), code: "NETWORK", outcome: "unknown" },
    { name: "HTTP 503", answer: textAnswer(503, "later"), code: "NETWORK", outcome: failed },
    { name: "HTTP 504", answer: textAnswer(504, "late"), code: "NETWORK", outcome: "unknown" },
    { name: "reset", answer: "reset", code: "NETWORK" },
    {
      name: "still in progress",
      kind: "music",
      answer: jsonAnswer(200, { ...goodBody, data: { status: 1 } }),
      code: "UPSTREAM",
      outcome: "unknown",
    },
    {
      name: "odd hexadecimal",
      kind: "music",
      answer: jsonAnswer(200, { ...goodBody, data: { status: 2, audio: "abc" } }),
      code: "UPSTREAM",
      outcome: "unknown",
    },
    {
      name: "no audio",
      kind: "music",
      answer: jsonAnswer(200, { ...goodBody, data: { status: 2, audio: "00ff00ff" } }),
      code: "UPSTREAM",
      outcome: "unknown",
    },
    {
      name: "chatter instead of JSON",
      kind: "reel",
      answer: jsonAnswer(200, textBody("Sure! Here are some ideas")),
      code: "UPSTREAM",
      outcome: failed,
    },
    {
      name: "cut off at the limit of tokens",
      kind: "reel",
      answer: jsonAnswer(
        200,
        textBody(JSON.stringify({ variants: [reelVariant, { ...reelVariant, hook: "Snow?" }] }), "length"),
      ),
      code: "UPSTREAM",
      outcome: failed,
    },
    {
      name: "fewer variants than asked for",
      kind: "reel",
      answer: jsonAnswer(200, textBody(JSON.stringify({ variants: [reelVariant] }))),
      code: "UPSTREAM",
      outcome: failed,
    },
    {
      name: "the same variant twice",
      kind: "reel",
      answer: jsonAnswer(200, textBody(JSON.stringify({ variants: [reelVariant, reelVariant] }))),
      code: "UPSTREAM",
      outcome: failed,
    },
    {
      name: "a caption without end",
      kind: "reel",
      answer: jsonAnswer(
        200,
        textBody(JSON.stringify({ variants: [reelVariant, { ...reelVariant, caption: "x".repeat(2201) }] })),
      ),
      code: "UPSTREAM",
      outcome: failed,
    },
    {
      name: "a picture kept back",
      kind: "artwork",
      answer: jsonAnswer(200, {
        ...imageBody,
        data: { image_base64: [] },
        metadata: { failed_count: "1", success_count: "0" },
      }),
      code: "CONTENT_POLICY",
      outcome: failed,
    },
    {
      name: "no picture",
      kind: "artwork",
      answer: jsonAnswer(200, { ...imageBody, data: { image_base64: ["AAAA"] } }),
      code: "UPSTREAM",
      outcome: "unknown",
    },
  ],
};
