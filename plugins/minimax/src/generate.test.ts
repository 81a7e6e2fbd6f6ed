import { httpResponse, isPluginError, type HttpRequest, type RawAnswer } from "@musicverse/plugin-kit";
import { jsonAnswer, textAnswer } from "@musicverse/plugin-kit/conformance";
import { describe, expect, test } from "vitest";
import { goodBody } from "./answers.fixture.ts";
import { generate } from "./generate.ts";
import type { Context } from "./settings.ts";

const wav: RawAnswer = { status: 200, headers: {}, bytes: Buffer.from(goodBody.data.audio, "hex") };
const input = {
  kind: "music",
  prompt: "Pop",
  lyrics: "la",
  instrumental: false,
  durationSeconds: 5,
  model: null,
} as const;

/** Calls generate with one answer after the other, and tells what it asked for and how it ended. */
async function ask(...answers: RawAnswer[]) {
  const requests: HttpRequest[] = [];
  const progress: number[] = [];
  const ctx = {
    config: { baseUrl: "https://api.minimax.io", model: "music-3.0", outputFormat: "url" },
    clock: { now: () => new Date() },
    emitProgress: (fraction: number) => progress.push(fraction),
    http: {
      request: async (request: HttpRequest) => {
        requests.push(request);
        return httpResponse(answers[requests.length - 1] ?? textAnswer(500, ""), new Date());
      },
    },
  } as unknown as Context;
  const result: unknown = await generate(ctx, input).catch((error: unknown) => error);
  return { requests, progress, result };
}

describe("audio behind a link", () => {
  const linked = jsonAnswer(200, { ...goodBody, data: { status: 2, audio: "https://files.example.com/a.wav" } });

  test("is fetched at once, without the key", async () => {
    const { requests, result, progress } = await ask(linked, wav);
    expect(requests[1]).toMatchObject({ method: "GET", url: "https://files.example.com/a.wav", credential: false });
    expect(result).toMatchObject({
      done: { audio: wav.bytes, format: "wav", durationMs: 25_364, providerReference: goodBody.trace_id },
    });
    expect(progress.at(-1)).toBe(1);
  });

  test("that is gone leaves the outcome unknown: the song was made", async () => {
    const { result } = await ask(linked, textAnswer(404, "NoSuchKey"));
    expect(isPluginError(result) && [result.code, result.outcome]).toEqual(["UPSTREAM", "unknown"]);
  });
});

test("a song is found whatever else in the answer has its name", async () => {
  const { result } = await ask(jsonAnswer(200, { extra: { audio: "ab" }, ...goodBody }));
  expect(result).toMatchObject({ done: { audio: wav.bytes, format: "wav" } });
});

test("audio that is neither hexadecimal nor a link leaves the outcome unknown", async () => {
  const { result } = await ask(jsonAnswer(200, { ...goodBody, data: { status: 2, audio: "é no song" } }));
  expect(isPluginError(result) && [result.code, result.outcome]).toEqual(["UPSTREAM", "unknown"]);
});

test("MP3 is told from WAV by its bytes", async () => {
  const { result } = await ask(jsonAnswer(200, { ...goodBody, data: { status: 2, audio: "fffb9064" } }));
  expect(result).toMatchObject({ done: { format: "mp3" } });
});

test("what the user may read says what to do, and holds no text of the user's", async () => {
  const { result } = await ask(
    jsonAnswer(200, { base_resp: { status_code: 1026, status_msg: "input new_sensitive: Pop" } }),
  );
  expect(isPluginError(result) && result.publicMessage).toContain("change the text");
  expect(String(result)).not.toContain("Pop");
});
