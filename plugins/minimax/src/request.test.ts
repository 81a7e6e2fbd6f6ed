import { isPluginError, type MusicInput } from "@musicverse/plugin-kit";
import { expect, test } from "vitest";
import { musicRequest } from "./request.ts";
import type { Context } from "./settings.ts";

const config = {
  apiKey: "sk-sim-1",
  baseUrl: "https://api.minimax.io",
  model: "music-9",
  outputFormat: "hex",
  audioHosts: undefined,
} as const;
const ctx = { config } as Partial<Context> as Context;
const input: MusicInput = {
  kind: "music",
  prompt: "Pop",
  lyrics: null,
  instrumental: false,
  durationSeconds: 42,
  model: null,
};

test("lyrics are sent as they are; without them MiniMax writes some, unless the song has no voice", () => {
  const words = (wish: Partial<MusicInput>): unknown[] => {
    const { lyrics, lyrics_optimizer, is_instrumental } = musicRequest(ctx, { ...input, ...wish });
    return [lyrics, lyrics_optimizer, is_instrumental];
  };
  expect(words({ lyrics: "la\nla" })).toEqual(["la\nla", undefined, undefined]);
  expect(words({})).toEqual([undefined, true, undefined]);
  expect(words({ instrumental: true })).toEqual([undefined, undefined, true]);
  expect(words({ instrumental: true, lyrics: "la" })).toEqual([undefined, undefined, true]);
});

test("the wished length is said in the prompt, and left out where the prompt leaves no room", () => {
  expect(musicRequest(ctx, input).prompt).toBe("Pop\nLength: about 42 seconds.");
  expect(musicRequest(ctx, { ...input, prompt: "x".repeat(2000) }).prompt).toHaveLength(2000);
});

test("a configured model is the default, a published one may be asked for, any other is refused by name", () => {
  expect(musicRequest(ctx, input).model).toBe("music-9");
  expect(musicRequest(ctx, { ...input, model: "music-2.6" }).model).toBe("music-2.6");
  expect(() => musicRequest(ctx, { ...input, model: "music-cover" })).toThrow(
    expect.toSatisfy((error: unknown) => isPluginError(error) && error.fields[0]?.field === "model"),
  );
});
