import { crc32 } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MusicVerse } from "../src/index.ts";
import { json, misbehave } from "./misbehaving-server.ts";

afterEach(() => void vi.unstubAllEnvs());

/** A well-formed key, its checksum computed by zlib. */
function keyWith(body: string, prefix = "amv_test_"): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  let rest = crc32(prefix + body);
  let checksum = "";
  for (let i = 0; i < 6; i += 1) {
    checksum = alphabet.charAt(rest % 62) + checksum;
    rest = Math.floor(rest / 62);
  }
  return prefix + body + checksum;
}

describe("API key", () => {
  const key = keyWith("Ab3".repeat(18) + "x");

  test.each([
    key,
    keyWith("0".repeat(55), "amv_live_"),
    "amv_session_anything-goes",
    "amv_live_" + "x".repeat(70),
    "other",
  ])("key %# is sent as it is", (given) => {
    expect(() => new MusicVerse({ apiKey: given })).not.toThrow();
  });

  test("any single mistyped character is found before anything is sent", () => {
    for (let at = "amv_test_".length; at < key.length; at += 1) {
      const typo = key.slice(0, at) + (key[at] === "z" ? "y" : "z") + key.slice(at + 1);
      expect(() => new MusicVerse({ apiKey: typo })).toThrow(/mistyped: its checksum does not match/);
    }
  });

  test.each([
    [key.slice(0, -4), /cut off: 4 characters are missing/],
    ["", /empty/],
    [`${key}\n`, /line breaks/],
    [`"${key} "`, /spaces/],
  ])("key %# is refused with the reason and without repeating it", (given, reason) => {
    expect(() => new MusicVerse({ apiKey: given })).toThrow(reason);
    expect(() => new MusicVerse({ apiKey: given })).not.toThrow(key.slice(9, 30));
  });
});

test("key and base URL come from the environment when they are not given", async () => {
  await using server = await misbehave(json({}));
  vi.stubEnv("MUSICVERSE_API_KEY", "from-environment");
  vi.stubEnv("MUSICVERSE_BASE_URL", server.url);
  await new MusicVerse().tracks.get("trk_1");
  await new MusicVerse({ apiKey: "given" }).tracks.get("trk_1");
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer from-environment",
    "Bearer given",
  ]);
});

test("apiKey null means none, whatever the environment has", async () => {
  await using server = await misbehave(json({ status: "ok" }));
  vi.stubEnv("MUSICVERSE_API_KEY", "from-environment");
  const client = server.client({ apiKey: null });
  await client.health.getLiveness();
  await expect(client.tracks.list()).rejects.toThrow("No API key");
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test("the public API is the default, and slashes at the end do not matter", async () => {
  vi.stubEnv("MUSICVERSE_BASE_URL", "");
  const urls: string[] = [];
  const fetch = async (url: string): Promise<Response> => (urls.push(url), Response.json({}));
  await new MusicVerse({ apiKey: "a", fetch }).tracks.get("trk_1");
  await new MusicVerse({ apiKey: "a", fetch, baseUrl: "https://example.com/music//" }).tracks.get("trk_1");
  expect(urls).toEqual(["https://api.musicverse.dev/v1/tracks/trk_1", "https://example.com/music/v1/tracks/trk_1"]);
});

test.each([
  [{ baseUrl: "localhost:8080" }, /baseUrl must start with/],
  [{ baseUrl: "not a url" }, /baseUrl is not a URL/],
  [{ baseUrl: "https://user:pw-canary@example.com" }, /no credentials/],
  [{ baseUrl: "https://example.com?x=1" }, /no credentials, query or fragment/],
  [{ timeoutMs: -1 }, /timeoutMs must be a number of at least 0/],
  [{ retriesMax: Number.NaN }, /retriesMax must be a number of at least 0/],
  [{ timeoutMs: "5" as unknown as number }, /timeoutMs must be a number/],
])("%j is refused", (options, reason) => {
  expect(() => new MusicVerse({ apiKey: "a", ...options })).toThrow(reason);
});

test("two clients share nothing", async () => {
  await using one = await misbehave(json({ id: "one" }));
  await using two = await misbehave(json({ id: "two" }));
  const clients = [one.client({ apiKey: "a" }), two.client({ apiKey: "b" })];
  expect((await Promise.all(clients.map((client) => client.tracks.get("trk_1")))).map(({ id }) => id)).toEqual([
    "one",
    "two",
  ]);
});

test("a header that cannot be sent is refused before anything is sent, and not tried again", async () => {
  await using server = await misbehave(json({}));
  expect(() => server.client({ defaultHeaders: { "x y": "1" } })).toThrow(TypeError);
  await expect(server.client().tracks.get("trk_1", { headers: { "x-name": "a\nb" } })).rejects.toBeInstanceOf(
    TypeError,
  );
  expect(server.requests).toHaveLength(0);
});
