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

/** HTTP 200 with a failure inside: MiniMax's usual form. */
export const failedWith = (statusCode: number, status = 200, headers: Record<string, string> = {}) =>
  jsonAnswer(status, { base_resp: { status_code: statusCode, status_msg: `failure ${statusCode}` } }, headers);

const failed = "failed" as const;

export const conformanceOptions: ConformanceOptions = {
  module: import.meta.resolve("./index.ts"),
  packageJson: import.meta.resolve("../package.json"),
  nodeArguments: ["--conditions=musicverse-source"],
  config: { apiKey: "sk-api-canary-0123456789" },
  inputs: [
    { kind: "music", prompt: "Indie folk, melancholic", lyrics: "[verse]\nStreetlights flicker", durationSeconds: 5 },
    { kind: "music", prompt: "Warm piano", instrumental: true },
    { kind: "music", prompt: "Happy song about the sea", model: "music-2.6" },
  ],
  answer: () => jsonAnswer(200, goodBody),
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
      answer: jsonAnswer(200, { ...goodBody, data: { status: 1 } }),
      code: "UPSTREAM",
      outcome: "unknown",
    },
    {
      name: "odd hexadecimal",
      answer: jsonAnswer(200, { ...goodBody, data: { status: 2, audio: "abc" } }),
      code: "UPSTREAM",
      outcome: "unknown",
    },
    {
      name: "no audio",
      answer: jsonAnswer(200, { ...goodBody, data: { status: 2, audio: "00ff00ff" } }),
      code: "UPSTREAM",
      outcome: "unknown",
    },
  ],
};
