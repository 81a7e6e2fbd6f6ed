import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { brief, first, problemOf, writtenDraft, type DraftWish } from "./drafts.fixture.ts";

let app: TestApp;
let account: TestAccount;
let client: TestAccount["test"];
beforeAll(async () => {
  app = await startTestApp();
  account = await app.signUp({ tier: "enterprise" });
  client = account.test;
});
afterEach(() => {
  app.simulator.clear();
  app.simulator.setLatency(0);
});
afterAll(() => app?.close());

const ask = (method: string, path: string, body?: unknown, key = account.testKey, headers?: Record<string, string>) =>
  app.request(method, path, { key, ...(body !== undefined && { body }), ...(headers && { headers }) });
const written = (wish: DraftWish = {}, by = client) => writtenDraft(by, wish);
const costsOf = (generation: string) =>
  app.services.db.asSystem("look in a test", (tx) =>
    tx.query<{ outcome: string; input_tokens: number | null }>(
      "select outcome, input_tokens::int, output_tokens::int, images from cost_entries where generation_id = $1 order by id",
      [decodeId("gen", generation)],
    ),
  );
describe("creating", () => {
  test("a brief becomes a draft with variants, told by the stream, by polling and by the event", async () => {
    const answer = await ask("post", "/v1/create", {
      brief,
      platform: "tiktok",
      tone: "playful",
      variants: 3,
      title: " Lisbon ",
    });
    expect(answer.status).toBe(202);
    const {
      draft_id: id,
      generation_id: generationId,
      draft,
      generation,
    } = answer.body as { draft_id: string; generation_id: string; draft: object; generation: object };
    expect(answer.headers).toMatchObject({ location: `/v1/drafts/${id}`, "retry-after": "2" });
    expect(draft).toMatchObject({
      id,
      status: "generating",
      title: "Lisbon",
      variants: [],
      generation_id: generationId,
      tone: "playful",
      language: "en",
    });
    expect(generation).toMatchObject({
      id: generationId,
      kind: "reel",
      draft_id: id,
      prompt: brief,
      instrumental: null,
      duration_seconds: null,
      track_id: null,
    });

    const statuses: string[] = [];
    for await (const { data } of client.generations.streamEvents(generationId)) statuses.push(data.status);
    expect(statuses.at(-1)).toBe("completed");

    const done = await client.drafts.get(id);
    expect(done).toMatchObject({ status: "ready", selected_variant_id: null, generation_id: generationId });
    expect(done.variants.map(({ position }) => position)).toEqual([0, 1, 2]);
    expect(new Set(done.variants.map(({ hook }) => hook)).size).toBe(3);
    for (const { hook, script, caption, hashtags, generation_id: by } of done.variants) {
      expect(`${hook} ${script} ${caption}`).toMatch(/prompt-canary|Lisbon|lo-fi|single/);
      expect(caption.length).toBeLessThanOrEqual(150);
      expect(hashtags.length).toBeLessThanOrEqual(5);
      expect(by).toBe(generationId);
    }
    const events = await client.events.list({ type: "generation.completed", limit: 100 });
    expect(events.data.filter(({ data }) => "draft_id" in data && data.draft_id === id)).toHaveLength(1);
  });

  test("an idempotency key makes one draft of two requests", async () => {
    const headers = { "Idempotency-Key": "draft-once" };
    const [one, two] = [
      await ask("post", "/v1/create", { brief, platform: "youtube" }, undefined, headers),
      await ask("post", "/v1/create", { brief, platform: "youtube" }, undefined, headers),
    ];
    expect(two.body).toEqual(one.body);
  });

  test.for([
    [{ platform: "tiktok" }, "/body/brief"],
    [{ brief, platform: "myspace" }, "/body/platform"],
    [{ brief, platform: "tiktok", tone: "sour" }, "/body/tone"],
    [{ brief, platform: "tiktok", language: "English please" }, "/body/language"],
    [{ brief, platform: "tiktok", variants: 6 }, "/body/variants"],
    [{ brief, platform: "tiktok", model: "music-3.0" }, "/body/model"],
    [{ brief: " ", platform: "tiktok" }, "/body/brief"],
  ] as const)("%j is refused by name", async ([body, path]) => {
    expect(await ask("post", "/v1/create", body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  test("lists newest first, by platform, page by page", async () => {
    const other = await app.signUp();
    const ids: string[] = [];
    for (const platform of ["tiktok", "facebook", "tiktok"] as const)
      ids.unshift((await other.test.drafts.create({ brief, platform })).draft_id);
    const listed = await Array.fromAsync(other.test.drafts.list({ limit: 2 }));
    expect(listed.map(({ id }) => id)).toEqual(ids);
    expect((await other.test.drafts.list({ platform: "facebook" })).data.map(({ id }) => id)).toEqual([ids[1]]);
  });
});

describe("choosing and editing", () => {
  test("a variant is chosen and edited in one step; fields left out stay", async () => {
    const draft = await written({ variants: 2 });
    const variant = first(draft.variants);
    const changed = await client.drafts.update(draft.id, {
      selected_variant_id: variant.id,
      variants: [{ id: variant.id, hook: "My own hook", hashtags: ["#mine"] }],
    });
    expect(changed).toMatchObject({ selected_variant_id: variant.id });
    expect(first(changed.variants)).toMatchObject({
      id: variant.id,
      hook: "My own hook",
      hashtags: ["#mine"],
      caption: variant.caption,
      script: variant.script,
      selected: true,
      edited_fields: ["hook", "hashtags"],
    });
    expect(changed.variants[1]).toEqual(draft.variants[1]);
    expect(await client.drafts.update(draft.id, { title: "Later", selected_variant_id: null })).toMatchObject({
      title: "Later",
      selected_variant_id: null,
    });
    expect(await client.drafts.update(draft.id, { title: null })).toMatchObject({ title: null });
  });

  test("with If-Match a change happens only to what was read", async () => {
    const draft = await written();
    const {
      headers: { etag = "" },
    } = await ask("get", `/v1/drafts/${draft.id}`);
    const change = (title: string) =>
      ask("patch", `/v1/drafts/${draft.id}`, { title }, undefined, { "If-Match": etag });
    expect((await change("First")).status).toBe(200);
    expect(await change("Second")).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
  });

  test("all of a change happens or none: a variant that is not there refuses it", async () => {
    const [draft, other] = [await written(), await written()];
    const [own, foreign] = [first(draft.variants), first(other.variants)];
    const answer = await ask("patch", `/v1/drafts/${draft.id}`, {
      title: "Never",
      variants: [
        { id: own.id, hook: "Never" },
        { id: foreign.id, hook: "Never" },
      ],
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/variants/1/id", code: "not_found" }] },
    });
    expect(
      await ask("patch", `/v1/drafts/${draft.id}`, {
        variants: [
          { id: own.id, hook: "One" },
          { id: own.id, caption: "Two" },
        ],
      }),
    ).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/variants/1/id", code: "repeated" }] },
    });
    expect(await ask("patch", `/v1/drafts/${draft.id}`, { selected_variant_id: foreign.id })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/selected_variant_id" }] },
    });
    expect(await client.drafts.get(draft.id)).toEqual(draft);
  });
});

describe("regenerating", () => {
  test("one field of one variant: it changes, and nothing else does, not even the choice", async () => {
    const draft = await written({ variants: 2 });
    const variant = first(draft.variants);
    await client.drafts.update(draft.id, {
      selected_variant_id: variant.id,
      variants: [{ id: variant.id, hook: "Mine", caption: "Mine too" }],
    });
    const { generation_id: generation, draft: meanwhile } = await client.drafts.regenerate({
      draft_id: draft.id,
      variant_id: variant.id,
      field: "hook",
    });
    expect(meanwhile.variants.map(({ id }) => id)).toEqual(draft.variants.map(({ id }) => id));
    await client.generations.wait(generation);
    const after = await client.drafts.get(draft.id);
    expect(first(after.variants)).toMatchObject({
      id: variant.id,
      caption: "Mine too",
      script: variant.script,
      hashtags: variant.hashtags,
      selected: true,
      edited_fields: ["caption"],
      generation_id: generation,
    });
    expect(["Mine", variant.hook]).not.toContain(first(after.variants).hook);
    expect(after.variants[1]).toEqual(draft.variants[1]);
    expect(after.selected_variant_id).toBe(variant.id);
  });

  test("a whole variant keeps its id and place; its edits are replaced", async () => {
    const draft = await written();
    const variant = first(draft.variants);
    await client.drafts.update(draft.id, { variants: [{ id: variant.id, script: "Mine" }] });
    const { generation_id: generation } = await client.drafts.regenerate({
      draft_id: draft.id,
      variant_id: variant.id,
      instructions: "Name the city",
    });
    await client.generations.wait(generation);
    const after = first((await client.drafts.get(draft.id)).variants);
    expect(after).toMatchObject({
      id: variant.id,
      position: 0,
      edited_fields: [],
      script: expect.stringContaining("Name the city"),
    });
    expect(after.hook).not.toBe(variant.hook);
  });

  test("everything: as many new variants with new ids and other hooks, none chosen; the old ones are kept for what was made of them", async () => {
    const draft = await written({ variants: 2 });
    await client.drafts.update(draft.id, { selected_variant_id: first(draft.variants).id });
    const { generation_id: generation } = await client.drafts.regenerate({ draft_id: draft.id });
    await client.generations.wait(generation);
    const after = await client.drafts.get(draft.id);
    expect(after).toMatchObject({ status: "ready", selected_variant_id: null });
    expect(after.variants).toHaveLength(2);
    const before = new Set(draft.variants.flatMap(({ id, hook }) => [id, hook]));
    expect(after.variants.filter(({ id, hook }) => before.has(id) || before.has(hook))).toEqual([]);
    const [{ kept } = { kept: 0 }] = await app.services.db.asSystem("look in a test", (tx) =>
      tx.query<{ kept: number }>(
        "select count(*)::int as kept from draft_variants where superseded_at is not null and hook = any($1)",
        [draft.variants.map(({ hook }) => hook)],
      ),
    );
    expect(kept).toBe(2);
    expect((await client.drafts.update(draft.id, { title: "still" })).variants).toEqual(after.variants);
  });

  test("one at a time for a draft: the second is refused while the first is at work", async () => {
    const draft = await written();
    app.simulator.setLatency(5);
    const { generation_id: generation } = await client.drafts.regenerate({ draft_id: draft.id });
    expect(
      await problemOf(client.drafts.regenerate({ draft_id: draft.id, variant_id: first(draft.variants).id })),
    ).toMatchObject({ status: 409, code: "draft_generating" });
    await client.generations.cancel(generation);
    app.simulator.setLatency(0);
    expect(await client.drafts.get(draft.id)).toMatchObject({ status: "ready", variants: draft.variants });
  });

  test("texts may be as long as is told, also when they are emoji, which JavaScript counts twice", async () => {
    const { id, variants } = await written({ brief: "🎵".repeat(2000), instructions: "🎵".repeat(1000) });
    const variant = first(variants);
    await client.drafts.update(id, { variants: [{ id: variant.id, hook: "🎵".repeat(300) }] });
    const { generation_id: generation } = await client.drafts.regenerate({
      draft_id: id,
      variant_id: variant.id,
      field: "caption",
    });
    expect(await client.generations.wait(generation, { timeoutMs: 20_000 })).toMatchObject({ status: "completed" });
    const song = await client.generations.create({
      prompt: "🎵".repeat(2000),
      lyrics: "🎵".repeat(3500),
      duration_seconds: 5,
    });
    const cover = await client.generations.create({ kind: "artwork", prompt: "🎵".repeat(1500) });
    for (const made of [song, cover])
      expect(await client.generations.wait(made.id, { timeoutMs: 30_000 })).toMatchObject({ status: "completed" });
  });

  test("the character NUL is refused in a brief and in instructions, before anything is taken or kept", async () => {
    const owner = await app.signUp();
    for (const more of [{ brief: "a\u0000b" }, { instructions: "a\u0000b" }]) {
      expect(
        await ask("post", "/v1/create", { brief: "prompt-canary", platform: "tiktok", ...more }, owner.testKey),
      ).toMatchObject({ status: 400, body: { errors: [{ path: "/body", code: "nul_character" }] } });
    }
    expect((await owner.test.drafts.list()).data).toEqual([]);
    expect((await owner.test.generations.list()).data).toEqual([]);
  });

  test("what contradicts itself is refused by name, an unknown draft, and one of somebody else, is missing", async () => {
    const draft = await written();
    const variantId = first(draft.variants).id;
    const again = (body: object) => ask("post", "/v1/regenerate", { draft_id: draft.id, ...body });
    expect(await again({ field: "hook" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/field", code: "needs_variant" }] },
    });
    expect(await again({ variant_id: variantId, variants: 2 })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/variants", code: "conflicts_with_variant" }] },
    });
    expect(await again({ variant_id: variantId.replace(/.$/, "0") })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/body/variant_id", code: "not_found" }] },
    });
    expect(await again({ draft_id: draft.id.replace(/.{3}$/, "000") })).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    const { testKey } = await app.signUp();
    expect(await ask("post", "/v1/regenerate", { draft_id: draft.id }, testKey)).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  });
});

describe("when it goes wrong", () => {
  test("an answer that is no JSON is asked for three times, then the draft has failed", async () => {
    app.simulator.fail({ fault: "chatter", times: 3 });
    const calls = () => app.simulator.calls()["POST /v1/text/chatcompletion_v2"] ?? 0;
    const before = calls();
    const { draft_id: id, generation_id: generation } = await client.drafts.create({ brief, platform: "tiktok" });
    await problemOf(client.generations.wait(generation, { timeoutMs: 30_000 }));
    expect(await client.generations.get(generation)).toMatchObject({
      status: "failed",
      error: { code: "provider_unavailable" },
    });
    expect(calls() - before).toBe(3);
    expect(await client.drafts.get(id)).toMatchObject({ status: "failed", variants: [] });
    expect((await costsOf(generation)).map(({ outcome, input_tokens: input }) => [outcome, input !== null])).toEqual([
      ["failed", true],
      ["failed", true],
      ["failed", true],
    ]);
  });

  test("what a reel used is in the ledger of costs, once", async () => {
    const { generation_id: generation } = await written({ variants: 2 });
    expect(await costsOf(String(generation))).toMatchObject([
      { outcome: "succeeded", input_tokens: expect.any(Number), output_tokens: expect.any(Number), images: null },
    ]);
  });

  test("a refusal of the content fails at once; a regeneration that fails leaves the draft as it was", async () => {
    const draft = await written();
    app.simulator.fail({ fault: "policy", times: 1 });
    const { generation_id: generation } = await client.drafts.regenerate({ draft_id: draft.id });
    await problemOf(client.generations.wait(generation));
    expect(await client.generations.get(generation)).toMatchObject({
      status: "failed",
      error: { code: "content_policy" },
    });
    expect(await client.drafts.get(draft.id)).toEqual({ ...draft, generation_id: generation });
  });

  test("deleting a draft cancels what still writes for it; the generation stays, without it", async () => {
    app.simulator.setLatency(5);
    const { draft_id: id, generation_id: generation } = await client.drafts.create({ brief, platform: "tiktok" });
    await client.drafts.delete(id);
    expect(await client.generations.get(generation)).toMatchObject({ status: "canceled", draft_id: null });
    expect(await ask("get", `/v1/drafts/${id}`)).toMatchObject({ status: 404 });
    expect(await ask("delete", `/v1/drafts/${id}`)).toMatchObject({ status: 404 });
  });

  test("brief, texts and edits are in no log line", () => {
    expect(app.logged()).not.toMatch(/prompt-canary|My own hook/);
  });
});
