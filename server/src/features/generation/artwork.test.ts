import { crc32 } from "node:zlib";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { ImageError, toCover } from "../library/index.ts";

describe("artwork", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp();
    account = await app.signUp();
  });
  afterEach(() => app.simulator.clear());
  afterAll(() => app?.close());

  const ask = (body: object) => app.request("post", "/v1/generate", { key: account.testKey, body });

  test("a prompt becomes an image of 3000 × 3000 pixels in RGB, in the library", async () => {
    const { generations, library } = account.test;
    const { id } = await generations.create({
      kind: "artwork",
      prompt: "prompt-canary window in the rain at night",
      title: "Rain",
    });
    const done = await generations.wait(id, { timeoutMs: 30_000 });
    expect(done).toMatchObject({
      kind: "artwork",
      status: "completed",
      track_id: null,
      draft_id: null,
      duration_seconds: null,
      asset_id: expect.stringMatching(/^ast_/),
    });
    const assetId = String(done.asset_id);
    expect(await library.getAsset(assetId)).toMatchObject({
      kind: "image",
      title: "Rain",
      generation_id: id,
      file: { width: 3000, height: 3000 },
    });
    const file = new Uint8Array(await (await library.downloadAssetFile(assetId)).arrayBuffer());
    expect(await sharp(file).metadata()).toMatchObject({
      width: 3000,
      height: 3000,
      space: "srgb",
      channels: 3,
      depth: "uchar",
    });
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels, data.length]).toEqual([3000, 3000, 3, 27_000_000]);
    expect((await sharp(file).stats()).entropy).toBeGreaterThan(2);
    const events = (await account.test.events.list({ limit: 100 })).data;
    expect(
      events.filter(({ type, data: made }) => type === "asset.created" && "id" in made && made.id === assetId),
    ).toHaveLength(1);
    expect(
      events.filter(
        ({ type, data: made }) => type === "generation.completed" && "asset_id" in made && made.asset_id === assetId,
      ),
    ).toHaveLength(1);
    expect(app.logged()).not.toContain("prompt-canary");
  });

  test("a track is described by its title and by what it was made of", async () => {
    const { generations, tracks } = account.test;
    const song = await generations.wait(
      (
        await generations.create({
          prompt: "prompt-canary slow strings",
          instrumental: true,
          duration_seconds: 5,
          title: "Tide",
        })
      ).id,
    );
    const trackId = String(song.track_id);
    await tracks.update(trackId, { artist: "Ada" });
    const made = await generations.create({ kind: "artwork", source_track_id: trackId });
    expect(made).toMatchObject({
      title: "Tide",
      prompt: 'prompt-canary slow strings\nCover art for the song "Tide" by Ada.',
    });
    await generations.cancel(made.id);
    expect(await ask({ kind: "artwork", source_track_id: trackId.replace(/.{4}$/, "0000") })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/source_track_id", code: "not_found" }] },
    });
  });

  test.for([
    [{ kind: "artwork" }, ["/body/prompt"]],
    [{ kind: "artwork", prompt: "x".repeat(1501) }, ["/body/prompt"]],
    [
      { kind: "artwork", prompt: "x", lyrics: "la", instrumental: true, duration_seconds: 5 },
      ["/body/lyrics", "/body/instrumental", "/body/duration_seconds"],
    ],
    [{ kind: "artwork", prompt: "x", model: "music-3.0" }, ["/body/model"]],
    [{ kind: "music", prompt: "x", source_track_id: "trk_01kbq5t3v6f2zr8h1d5n7k0wej" }, ["/body/source_track_id"]],
    [{}, ["/body/prompt"]],
    [{ kind: "reel", prompt: "x" }, ["/body/kind"]],
  ] as const)("%j is refused by every field that does not fit", async ([body, paths]) => {
    const answer = await ask(body);
    expect([answer.status, (answer.body["errors"] as { path: string }[]).map(({ path }) => path)]).toEqual([
      400,
      paths,
    ]);
  });

  test.for([
    ["policy", "content_policy", 1],
    ["internal", null, 2],
    ["truncate", null, 2],
  ] as const)("%s at the provider", async ([fault, code, calls]) => {
    const made = () => app.simulator.calls()["POST /v1/image_generation"] ?? 0;
    const before = made();
    app.simulator.fail({ fault, times: 1 });
    const { id } = await account.test.generations.create({ kind: "artwork", prompt: "prompt-canary" });
    await account.test.generations.wait(id, { timeoutMs: 30_000 }).catch(() => undefined);
    expect(await account.test.generations.get(id)).toMatchObject(
      code === null ? { status: "completed", error: null } : { status: "failed", asset_id: null, error: { code } },
    );
    expect(made() - before).toBe(calls);
  });
});

describe("any picture becomes a cover", () => {
  const of = (width: number, height: number, channels: 3 | 4) =>
    sharp({ create: { width, height, channels, background: { r: 200, g: 30, b: 90, alpha: 0.5 } } });
  test.each([
    ["a small square", () => of(512, 512, 3).png().toBuffer()],
    ["a wide one", () => of(1344, 576, 3).jpeg().toBuffer()],
    ["one that can be seen through", () => of(640, 640, 4).webp().toBuffer()],
    ["one in grey", () => of(640, 640, 3).greyscale().png().toBuffer()],
    ["one for print", () => of(640, 640, 3).toColourspace("cmyk").jpeg().toBuffer()],
  ])("%s", async (_name, make) => {
    expect(await sharp(await toCover(await make())).metadata()).toMatchObject({
      format: "jpeg",
      width: 3000,
      height: 3000,
      space: "srgb",
      channels: 3,
      hasAlpha: false,
    });
  });

  test("half a picture, none, and one that says it is far too large are refused", async () => {
    const whole = await of(512, 512, 3).png().toBuffer();
    for (const bytes of [whole.subarray(0, whole.length >> 1), Buffer.from("no picture")])
      await expect(toCover(bytes)).rejects.toBeInstanceOf(ImageError);
    // The first part of a PNG says how large it is: at byte 16 the width, at 29 the sum of that part.
    const promise = Buffer.from(whole);
    promise.writeUInt32BE(200_001, 16);
    promise.writeUInt32BE(crc32(promise.subarray(12, 29)), 29);
    await expect(toCover(promise)).rejects.toThrow(/limit/);
  });
});
