import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { decodeId, encodeId, newId } from "../../platform/ids/index.ts";
import { ImageError, type StoredImage } from "./index.ts";
import { imagesOf, newDraft, newGeneration, newPicture, picture, sandboxOf } from "./library.fixture.ts";

let app: TestApp;
let account: TestAccount;
let library: TestAccount["test"]["library"];
beforeAll(async () => {
  app = await startTestApp({ env: { LOG_LEVEL: "info" } });
  account = await app.signUp({ tier: "enterprise" });
  ({ library } = account.test);
});
afterAll(() => app?.close());

const ask = (
  method: string,
  path: string,
  { body, headers }: { body?: unknown; headers?: Record<string, string> } = {},
) => app.request(method, `/v1/library/assets${path}`, { key: account.testKey, body, headers });
const eventsOf = async (id: string) =>
  (await account.test.events.list({ limit: 100 })).data
    .filter(({ data }) => "id" in data && data.id === id)
    .toReversed();

describe("an asset", () => {
  test("is created, changed and deleted, each with its event", async () => {
    const made = await library.createAsset({
      title: "  Teaser ",
      platform: "tiktok",
      hook: "Listen",
      hashtags: ["#new", "#new"],
      tags: ["Launch", "launch ", "ＮＩＧＨＴ"],
      metadata: { campaign: "autumn" },
    });
    expect(made).toMatchObject({
      object: "asset",
      kind: "reel",
      status: "draft",
      title: "Teaser",
      platform: "tiktok",
      hook: "Listen",
      script: null,
      caption: null,
      hashtags: ["#new"],
      tags: ["launch", "night"],
      metadata: { campaign: "autumn" },
      draft_id: null,
      variant_id: null,
      generation_id: null,
      file: null,
    });
    const changed = await library.updateAsset(made.id, {
      status: "published",
      platform: null,
      hook: null,
      caption: "Out now.",
      tags: [],
      metadata: {},
    });
    expect(changed).toEqual({
      ...made,
      status: "published",
      platform: null,
      hook: null,
      caption: "Out now.",
      tags: [],
      metadata: {},
      updated_at: changed.updated_at,
    });
    expect(changed.updated_at > made.updated_at).toBe(true);
    expect(
      await library.updateAsset(made.id, { status: "published", tags: [" "].filter((tag) => tag.trim()) }),
    ).toEqual(changed);
    expect(await library.getAsset(made.id)).toEqual(changed);
    await library.deleteAsset(made.id);
    for (const gone of [
      () => library.getAsset(made.id),
      () => library.updateAsset(made.id, { title: "x" }),
      () => library.deleteAsset(made.id),
    ]) {
      await expect(gone()).rejects.toMatchObject({ status: 404, code: "not_found" });
    }
    const events = await eventsOf(made.id);
    expect(events.map(({ type }) => type)).toEqual(["asset.created", "asset.updated", "asset.deleted"]);
    expect(events.map(({ data }) => data)).toEqual([made, changed, { object: "asset", id: made.id, deleted: true }]);
  });

  test("copies a variant of a draft, edits included, and is not changed by later ones; what is sent goes first", async () => {
    const draft = await newDraft(app, account);
    const copy = await library.createAsset({ draft_id: draft.id, tags: ["mine"] });
    expect(copy).toMatchObject({
      title: "First words",
      platform: "tiktok",
      hook: "First  words",
      script: "A script",
      caption: "A caption",
      hashtags: ["#one"],
      tags: ["mine"],
      draft_id: draft.id,
      variant_id: draft.selected,
    });
    await account.test.drafts.update(draft.id, {
      title: "Of a draft",
      variants: [
        { id: draft.selected, hook: "Edited" },
        { id: draft.other, caption: "Better" },
      ],
    });
    expect(await library.getAsset(copy.id)).toEqual(copy);
    expect(await library.createAsset({ draft_id: draft.id })).toMatchObject({ title: "Of a draft", hook: "Edited" });
    expect(
      await library.createAsset({ draft_id: draft.id, variant_id: draft.other, title: "Sent", script: null }),
    ).toMatchObject({
      title: "Sent",
      hook: "Other",
      script: null,
      caption: "Better",
      variant_id: draft.other,
    });
    await account.test.drafts.delete(draft.id);
    expect(await library.getAsset(copy.id)).toEqual({ ...copy, draft_id: null, variant_id: null });
  });

  test("is made of no draft of others, of none that is not there, and of no variant that nobody chose", async () => {
    const [mine, theirs] = [await newDraft(app, account), await newDraft(app, await app.signUp())];
    const wrong: [object, string, string][] = [
      [{ draft_id: theirs.id }, "/body/draft_id", "not_found"],
      [{ draft_id: encodeId("dft", newId()), variant_id: mine.selected }, "/body/draft_id", "not_found"],
      [{ draft_id: mine.id, variant_id: theirs.selected }, "/body/variant_id", "not_found"],
      [{ variant_id: mine.selected, title: "x" }, "/body/draft_id", "required"],
      [{ tags: [] }, "/body/title", "required"],
    ];
    for (const [body, path, code] of wrong) {
      expect(await ask("post", "", { body }), JSON.stringify(body)).toMatchObject({
        status: 400,
        body: { code: "validation_failed", errors: [{ path, code }] },
      });
    }
    await account.test.drafts.update(mine.id, { selected_variant_id: null });
    expect(await ask("post", "", { body: { draft_id: mine.id } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/variant_id", code: "required" }] },
    });
  });

  test("refuses what it does not know, and text that no database keeps", async () => {
    const bodies = [
      {},
      { title: " " },
      { title: "a\nb" },
      { title: "a", kind: "image" },
      { title: "a", platform: "radio" },
      { title: "a", hashtags: ["new"] },
      { title: "a", hashtags: ["#two words"] },
      { title: "a", tags: ["a,b"] },
      { title: "a", tags: Array.from({ length: 51 }, (_, n) => `${n}`) },
      { title: "a", script: "nul \u0000" },
      { title: "a", metadata: { "no spaces": "x" } },
      { title: "a", metadata: { n: 1 } },
      { title: "a", status: "gone" },
    ];
    for (const body of bodies) {
      expect(await ask("post", "", { body }), JSON.stringify(body)).toMatchObject({
        status: 400,
        body: { code: "validation_failed" },
      });
    }
    for (const body of [{}, { title: null }, { tags: null }]) {
      const { id } = await library.createAsset({ title: "a" });
      expect(await ask("patch", `/${id}`, { body }), JSON.stringify(body)).toMatchObject({
        status: 400,
        body: { code: "validation_failed" },
      });
    }
  });

  test("keeps half an emoji, which a program cut in two, as the sign for it, wherever it is", async () => {
    const asset = await library.createAsset({
      title: "cut \ud83c",
      caption: "cut \ud83c",
      metadata: { note: "cut \ud83c" },
    });
    expect(asset).toMatchObject({ title: "cut \ufffd", caption: "cut \ufffd", metadata: { note: "cut \ufffd" } });
    expect(await library.updateAsset(asset.id, { metadata: { note: "\udfb5" } })).toMatchObject({
      metadata: { note: "\ufffd" },
    });
  });

  test("changes with If-Match only as it was read", async () => {
    const { id } = await library.createAsset({ title: "First" });
    const {
      headers: { etag = "" },
    } = await ask("get", `/${id}`);
    await library.updateAsset(id, { title: "Second" });
    const late = await ask("patch", `/${id}`, { headers: { "if-match": etag }, body: { title: "Third" } });
    expect(late).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
    expect(
      await ask("patch", `/${id}`, { headers: { "if-match": late.headers["etag"] ?? "" }, body: { title: "Third" } }),
    ).toMatchObject({ status: 200, body: { title: "Third" } });
  });

  test("of another account, or of the live one, is as missing as one that never was", async () => {
    const mine = await newPicture(app, account, "secret title");
    const stranger = await app.signUp();
    const missing = encodeId("ast", newId());
    for (const key of [stranger.testKey, account.liveKey]) {
      for (const [method, rest, body] of [
        ["get", "", undefined],
        ["get", "/file", undefined],
        ["patch", "", { title: "theirs" }],
        ["delete", "", undefined],
      ] as const) {
        const [foreign, never] = await Promise.all(
          [mine, missing].map((id) => app.request(method, `/v1/library/assets/${id}${rest}`, { key, body })),
        );
        expect(foreign?.status).toBe(404);
        expect({ ...foreign?.body, request_id: "" }).toEqual({ ...never?.body, request_id: "" });
      }
      for (const query of ["", "?q=secret", "?q=secret%20-missing", "?tags=secret"]) {
        expect((await app.request("get", `/v1/library/assets${query}`, { key })).body).toMatchObject({ data: [] });
      }
    }
    expect(await library.getAsset(mine)).toMatchObject({ title: "secret title" });
  });
});

describe("listAssets", () => {
  test("shows newest first in pages that stay stable while assets are added and deleted, filtered by platform, kind, status and tags", async () => {
    const {
      test: { library: mine },
    } = await app.signUp();
    const make = async (title: string, more: object = {}) => (await mine.createAsset({ title, ...more })).id;
    const one = await make("one", { platform: "tiktok", tags: ["a", "b"], status: "ready" });
    const two = await make("two", { platform: "youtube", tags: ["b"] });
    const three = await make("three", { platform: "tiktok", tags: ["b", "it's \\ c"] });
    const titles = async (query: Parameters<typeof mine.listAssets>[0]) =>
      (await mine.listAssets(query)).data.map(({ title }) => title);
    expect(await titles({})).toEqual(["three", "two", "one"]);
    expect(await titles({ platform: "tiktok" })).toEqual(["three", "one"]);
    expect(await titles({ status: "ready", kind: "reel" })).toEqual(["one"]);
    expect(await titles({ kind: "image" })).toEqual([]);
    expect(await titles({ tags: "b" })).toEqual(["three", "two", "one"]);
    expect(await titles({ tags: "B, A" })).toEqual(["one"]);
    expect(await titles({ tags: "it's \\ c" })).toEqual(["three"]);
    expect(await titles({ tags: "b", platform: "tiktok", q: "thr or two" })).toEqual([]);
    expect(await titles({ tags: "b", platform: "youtube", q: "three or two" })).toEqual(["two"]);
    for (const filter of [{}, { tags: "b" }]) {
      const first = await mine.listAssets({ limit: 1, ...filter });
      expect(first.data.map(({ id }) => id)).toEqual([three]);
      await mine.deleteAsset(await make("four", { tags: ["b"] }));
      const second = await mine.listAssets({ limit: 1, cursor: first.next_cursor ?? "", ...filter });
      expect(second.data.map(({ id }) => id)).toEqual([two]);
      const third = await mine.listAssets({ limit: 1, cursor: second.next_cursor ?? "", ...filter });
      expect(third).toMatchObject({ has_more: false, next_cursor: null, data: [{ id: one }] });
    }
    const { next_cursor: cursor } = await mine.listAssets({ limit: 1 });
    await expect(mine.listAssets({ limit: 1, cursor: cursor ?? "", tags: "b" })).rejects.toMatchObject({
      status: 400,
      code: "invalid_cursor",
    });
  });
});

describe("a picture", () => {
  test("of a generation is an asset with its event, and is downloaded whole, in part, or not again", async () => {
    const id = await newPicture(app, account, "Neon: rain/\u202egpj");
    const bytes = Buffer.from(await picture());
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const asset = await library.getAsset(id);
    expect(asset).toMatchObject({
      kind: "image",
      status: "draft",
      file: { content_type: "image/jpeg", bytes: bytes.length, sha256, width: 64, height: 64 },
    });
    expect((await eventsOf(id)).map(({ type, data }) => [type, data])).toEqual([["asset.created", asset]]);

    const whole = await fetch(`${app.url}/v1/library/assets/${id}/file`, {
      headers: { Authorization: `Bearer ${account.testKey}` },
    });
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      "content-type": "image/jpeg",
      etag: `"${sha256}"`,
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache",
      "content-disposition": `attachment; filename="image.jpg"; filename*=UTF-8''Neon_%20rain__gpj.jpg`,
    });
    expect((await ask("get", `/${id}/file`, { headers: { range: "bytes=0-1" } })).headers["content-range"]).toBe(
      `bytes 0-1/${bytes.length}`,
    );
    expect((await ask("get", `/${id}/file`, { headers: { "if-none-match": `"${sha256}"` } })).status).toBe(304);
    expect(await ask("get", `/${id}/file`, { headers: { range: "bytes=99999999-" } })).toMatchObject({
      status: 416,
      body: { code: "range_not_satisfiable" },
    });
    const { id: reel } = await library.createAsset({ title: "no file" });
    expect(await ask("get", `/${reel}/file`)).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  test("goes with its asset", async () => {
    const id = await newPicture(app, account);
    const blob = `${sandboxOf(account)}/${decodeId("ast", id)}`;
    const stored = async () => (await app.storedBlobs()).some((name) => name.includes(decodeId("ast", id) ?? "?"));
    expect(await stored(), blob).toBe(true);
    await library.deleteAsset(id);
    await expect.poll(stored).toBe(false);
  });

  test("that is discarded, cut off or no picture leaves nothing; a generation gets one at most", async () => {
    const accountId = sandboxOf(account);
    const images = imagesOf(app);
    const generationId = await newGeneration(app, accountId);
    const before = await app.storedBlobs();
    const both = [
      await images.store(accountId, await picture("red")),
      await images.store(accountId, await picture("blue")),
    ];
    const create = (stored: StoredImage) =>
      app.services.db.withTenant(accountId, (tx) =>
        images.create(tx, { generationId, title: "cover", stored, requestId: "req_test0001" }),
      );
    const outcomes = await Promise.allSettled(both.map(create));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await Promise.all(both.map((stored) => images.discard(stored)));
    const cut = (await picture("red", 512)).subarray(0, 700);
    for (const bytes of [
      cut,
      Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
      Buffer.from("GIF89a"),
    ]) {
      await expect(images.store(accountId, bytes)).rejects.toBeInstanceOf(ImageError);
    }
    expect((await app.storedBlobs()).length).toBe(before.length + 1);
  });
});
