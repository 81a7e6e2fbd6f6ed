import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type Answer, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** Bad input gets a problem document that names the field and the fix, and nothing is stored half. */
describe("bad input", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    account = await app.signUp();
  });
  afterAll(() => app?.close());

  function post(
    path: string,
    body: string | Uint8Array | FormData,
    headers: Record<string, string> = { "Content-Type": "application/json" },
  ): Promise<Answer> {
    return app.request("post", path, { key: account.testKey, raw: body, headers });
  }
  function expectProblem(answer: Answer, status: number, code: string): void {
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer).toMatchObject({
      status,
      body: { status, code, type: `https://musicverse.dev/errors/${code}`, request_id: answer.headers["x-request-id"] },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|at .*\.ts|select |insert /i);
  }

  test("malformed JSON names the byte", async () => {
    const answer = await post("/v1/generate", '{"prompt": "x",}');
    expectProblem(answer, 400, "malformed_json");
    expect(answer.body["detail"]).toMatch(/byte \d+|not valid JSON/);
  });

  test.for([
    ["no body", undefined, "/body", "required"],
    ["a missing field", {}, "/body/prompt", "required"],
    ["a wrong type", { prompt: 7 }, "/body/prompt", "type"],
    ["an empty text", { prompt: "" }, "/body/prompt", "too_short"],
    ["a too long text", { prompt: "x".repeat(2001) }, "/body/prompt", "too_long"],
    ["an unknown field", { prompt: "x", tempo: 90 }, "/body/tempo", "unknown_field"],
    ["a value outside its enum", { prompt: "x", lane: "fast" }, "/body/lane", "enum"],
    ["a number outside its range", { prompt: "x", duration_seconds: 3 }, "/body/duration_seconds", "too_small"],
    ["an unknown model", { prompt: "x", model: "song-9000" }, "/body/model", "unknown_model"],
    [
      "lyrics for an instrumental",
      { prompt: "x", lyrics: "la", instrumental: true },
      "/body/lyrics",
      "conflicts_with_instrumental",
    ],
    ["the character NUL", { prompt: "x", title: "a\u0000b" }, "/body", "nul_character"],
    ["the character NUL in the prompt", { prompt: "a\u0000b" }, "/body", "nul_character"],
    ["the character NUL in the lyrics", { prompt: "x", lyrics: "la\u0000la" }, "/body", "nul_character"],
  ] as const)("POST /v1/generate with %s names it", async ([, body, path, code]) => {
    const answer = await app.request("post", "/v1/generate", { key: account.testKey, body });
    expectProblem(answer, 400, "validation_failed");
    expect(answer.body["errors"]).toContainEqual({ path, code, message: expect.stringMatching(/\w/) });
    expect((await account.test.generations.list()).data).toEqual([]);
  });

  test("an unknown query parameter and a limit out of range are named", async () => {
    const answer = await app.request("get", "/v1/tracks?limit=101&page=2", { key: account.testKey });
    expectProblem(answer, 400, "validation_failed");
    expect((answer.body["errors"] as { path: string }[]).map(({ path }) => path).toSorted()).toEqual([
      "/query/limit",
      "/query/page",
    ]);
  });

  test.for(["x", "AAAA", "bm90IGEgY3Vyc29y".repeat(4)])("a forged cursor %s is refused", async (cursor) => {
    const answer = await app.request("get", `/v1/tracks?cursor=${cursor}`, { key: account.testKey });
    expect(answer.status).toBe(400);
    expect(answer.body["errors"]).toContainEqual(expect.objectContaining({ path: "/query/cursor" }));
  });

  test("a body over the limit is refused before it is read to the end", async () => {
    expectProblem(await post("/v1/generate", JSON.stringify({ prompt: "x".repeat(1_100_000) })), 413, "body_too_large");
  });

  test("another media type is refused and told what would be right", async () => {
    expectProblem(
      await post("/v1/generate", "prompt=x", { "Content-Type": "application/x-www-form-urlencoded" }),
      415,
      "unsupported_media_type",
    );
    expectProblem(await post("/v1/tracks", "{}"), 415, "unsupported_media_type");
  });

  test("a path of its own is not taken for an id: /v1/api-keys/report has one method", async () => {
    const answer = await app.request("delete", "/v1/api-keys/report", { key: account.testKey });
    expect(answer).toMatchObject({ status: 405, headers: { allow: "POST" }, body: { code: "method_not_allowed" } });
  });

  test("unknown paths and methods", async () => {
    expectProblem(await app.request("get", "/v1/nothing", { key: account.testKey }), 404, "not_found");
    const answer = await app.request("delete", "/v1/tracks", { key: account.testKey });
    expectProblem(answer, 405, "method_not_allowed");
    expect(answer.headers["allow"]).toBe("GET, POST");
  });

  test.for([
    ["javascript:alert(1)", "scheme_not_allowed"],
    ["ftp://example.com/", "scheme_not_allowed"],
    ["http://example.com/", "scheme_not_allowed"],
    ["https://10.0.0.1/", "private_address"],
    ["https://169.254.169.254/latest/meta-data", "private_address"],
    ["https://[::ffff:10.0.0.1]/", "private_address"],
    ["https://2130706433.example:0/", null],
    ["https://user:pw@example.com/", null],
  ] as const)("the webhook URL %s is refused and named", async ([url, code]) => {
    const answer = await app.request("post", "/v1/webhooks", { key: account.testKey, body: { url } });
    expectProblem(answer, 400, "validation_failed");
    expect(answer.body["errors"]).toContainEqual(expect.objectContaining({ path: "/body/url", ...(code && { code }) }));
    expect((await account.test.webhooks.list()).data).toEqual([]);
  });

  describe("uploads", () => {
    const upload = (parts: Record<string, Blob | string>): Promise<Answer> => {
      const form = new FormData();
      for (const [name, value] of Object.entries(parts)) {
        if (typeof value === "string") form.append(name, value);
        else form.append(name, value, "song.wav");
      }
      return post("/v1/tracks", form, {});
    };
    const expectNothingStored = async () => {
      expect((await account.test.tracks.list()).data).toEqual([]);
      expect(await app.storedBlobs()).toEqual([]);
    };

    test.for([
      ["text with an audio name", { file: new Blob(["this is no music at all"]) }, "/body/file", "not_audio"],
      [
        "a WAV that ends before its announced length",
        { file: new Blob([wavOf({ seconds: 2 }).subarray(0, 50_000)]) },
        "/body/file",
        "truncated",
      ],
      ["no file", { title: "x" }, "/body/file", "required"],
      ["an unknown field", { file: new Blob([wavOf({ seconds: 1 })]), album: "x" }, "/body/album", "unknown_field"],
    ] as const)("%s", async ([, parts, path, code]) => {
      const answer = await upload(parts);
      expectProblem(answer, 400, "validation_failed");
      expect(answer.body["errors"]).toContainEqual(expect.objectContaining({ path, code }));
      await expectNothingStored();
    });

    test("a connection that breaks in the middle leaves nothing", async () => {
      const { hostname, port } = new URL(app.url);
      const broken = httpRequest({
        hostname,
        port,
        path: "/v1/tracks",
        method: "POST",
        headers: {
          Authorization: `Bearer ${account.testKey}`,
          "Content-Type": "multipart/form-data; boundary=b",
          "Content-Length": "1000000",
        },
      });
      broken.on("error", () => undefined);
      broken.write('--b\r\nContent-Disposition: form-data; name="file"; filename="song.wav"\r\n\r\n');
      broken.write(wavOf({ seconds: 1 }));
      await expect.poll(() => app.temporaryBlobs()).not.toEqual([]);
      broken.destroy();
      await expect.poll(() => app.temporaryBlobs()).toEqual([]);
      await expectNothingStored();
    });
  });
});
