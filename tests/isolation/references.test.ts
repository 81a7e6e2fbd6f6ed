import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newDraft } from "../../server/src/features/library/library.fixture.ts";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import { encodeId, newId, type IdPrefix } from "../../server/src/platform/ids/index.ts";
import { openApiDocument } from "../../server/src/platform/http/validate.ts";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type RequestOptions, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { exampleBody, jsonBodyOf, resolve } from "../spec.ts";

const day = 86_400_000;
const time = `since=${new Date(Date.now() - day).toISOString()}&until=${new Date(Date.now() + day).toISOString()}`;

/** One of everything that a request can name in its body, its query or below something else in its path. */
async function belongings(app: TestApp, account: TestAccount) {
  const { test } = account;
  const draft = await newDraft(app, account);
  const webhook = await test.webhooks.create({ url: "http://127.0.0.1:9/hooks" });
  const [delivery] = (await test.webhooks.listDeliveries(webhook.id)).data;
  const replay = await test.webhooks.createReplay(webhook.id, { since: "2026-11-01T00:00:00Z" });
  const track = await test.tracks.upload({ file: wavOf({ seconds: 0.2 }), title: "Mine" });
  const playlist = await test.playlists.create({ name: "Mine" });
  const {
    items: [first, second],
  } = await test.playlists.addTracks(playlist.id, { track_ids: [track.id, track.id] });
  const key = await test.apiKeys.create({ name: "Mine" });
  await app.client(key.key).tracks.list();
  return {
    api_key_id: key.id,
    delivery_id: delivery?.id ?? "",
    draft_id: draft.id,
    item_id: first?.id ?? "",
    other_item_id: second?.id ?? "",
    playlist_id: playlist.id,
    replay_id: replay.id,
    track_id: track.id,
    variant_id: draft.selected,
    webhook_id: webhook.id,
  };
}
type Belongings = Awaited<ReturnType<typeof belongings>>;
type Name = keyof Belongings;

/** Where a request names something by its id, besides its path: `operationId field` → a request that is right but for that id. */
const references: Record<
  string,
  { of: Name; request: (mine: Belongings, id: string) => Omit<RequestOptions, "key"> & { query?: string } }
> = {
  "addPlaylistTracks /track_ids/*": { of: "track_id", request: (_, id) => ({ body: { track_ids: [id] } }) },
  "createAsset /draft_id": { of: "draft_id", request: (_, id) => ({ body: { title: "Copied", draft_id: id } }) },
  "createAsset /variant_id": {
    of: "variant_id",
    request: (mine, id) => ({ body: { title: "Copied", draft_id: mine.draft_id, variant_id: id } }),
  },
  "createGeneration /source_track_id": {
    of: "track_id",
    request: (_, id) => ({ body: { kind: "artwork", source_track_id: id } }),
  },
  "getUsageStats ?api_key_id": { of: "api_key_id", request: (_, id) => ({ query: `?api_key_id=${id}&${time}` }) },
  "getUsageTimeSeries ?api_key_id": { of: "api_key_id", request: (_, id) => ({ query: `?api_key_id=${id}&${time}` }) },
  "movePlaylistTrack /after": { of: "item_id", request: (_, id) => ({ body: { after: id } }) },
  "movePlaylistTrack /before": { of: "item_id", request: (_, id) => ({ body: { before: id } }) },
  "regenerateDraft /draft_id": { of: "draft_id", request: (_, id) => ({ body: { draft_id: id } }) },
  "regenerateDraft /variant_id": {
    of: "variant_id",
    request: (mine, id) => ({ body: { draft_id: mine.draft_id, variant_id: id, field: "hook" } }),
  },
  "updateDraft /selected_variant_id": { of: "variant_id", request: (_, id) => ({ body: { selected_variant_id: id } }) },
  "updateDraft /variants/*/id": {
    of: "variant_id",
    request: (_, id) => ({ body: { variants: [{ id, caption: "Taken over" }] } }),
  },
};

const prefixes: Partial<Record<Name, IdPrefix>> = {
  api_key_id: "key",
  draft_id: "dft",
  item_id: "pli",
  track_id: "trk",
  variant_id: "var",
};
const operationIds = (Object.keys(operations) as OperationId[]).filter(
  (id) => !operations[id].path.startsWith("/v1/admin/"),
);

/** Ids of others are as good as made-up ones, wherever a request may put them. */
describe("naming what belongs to somebody else", () => {
  let app: TestApp;
  let owner: TestAccount;
  let stranger: TestAccount;
  let theirs: Belongings;
  let mine: Belongings;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    [owner, stranger] = [await app.signUp({ tier: "enterprise" }), await app.signUp({ tier: "enterprise" })];
    [theirs, mine] = [await belongings(app, owner), await belongings(app, stranger)];
    await vi.waitFor(
      async () => expect((await owner.test.usage.getStats({ api_key_id: theirs.api_key_id })).totals.requests).toBe(1),
      { timeout: 10_000 },
    );
  });
  afterAll(() => app?.close());

  test("every place of the spec where an id may stand is tried here", () => {
    expect(operationIds.flatMap(placesOf).toSorted()).toEqual(Object.keys(references).toSorted());
  });

  const pathOf = (id: OperationId, ids: Record<string, string>) =>
    operations[id].path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? "");

  test.for(Object.entries(references))(
    "%s: another account's id is answered as one that never was, and touches nothing",
    async ([place, { of, request }]) => {
      const operationId = place.split(" ")[0] as OperationId;
      const ask = async (id: string) => {
        const { query = "", ...options } = request(mine, id);
        const { status, text } = await app.request(operations[operationId].method, pathOf(operationId, mine) + query, {
          ...options,
          key: stranger.testKey,
        });
        return { status, text: text.replaceAll(id, "ID").replace(/"request_id":"\w+"/, "") };
      };
      const before = await everythingOf(owner);
      const [taken, madeUp] = [await ask(theirs[of]), await ask(encodeId(prefixes[of] ?? "evt", newId()))];
      expect(taken).toEqual(madeUp);
      // Figures of a key that is not there are none; everything else has to say that something is missing.
      if (!place.includes("?")) expect([400, 404]).toContain(taken.status);
      expect(await everythingOf(owner)).toEqual(before);
    },
  );

  const nested = operationIds
    .filter((id) => operations[id].security.apiKey)
    .map((id) => ({ id, names: [...operations[id].path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name) }))
    .filter(({ names }) => names.length > 1)
    .flatMap(({ id, names }) => names.map((foreign) => [id, foreign] as const));

  test.for(nested)("%s with an own id in its path and another account's %s is 404", async ([operationId, foreign]) => {
    const before = await everythingOf(owner);
    const path = pathOf(operationId, { ...mine, [foreign]: theirs[foreign as Name] });
    const answer = await app.request(operations[operationId].method, path, {
      key: stranger.testKey,
      body: exampleBody(operationId),
    });
    expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await everythingOf(owner)).toEqual(before);
  });

  test("what was named in vain is still there for its owner: the same requests with own ids do something", async () => {
    for (const [place, { of, request }] of Object.entries(references)) {
      const operationId = place.split(" ")[0] as OperationId;
      const fresh = await belongings(app, owner);
      const { query = "", ...options } = request(fresh, of === "item_id" ? fresh.other_item_id : fresh[of]);
      const answer = await app.request(operations[operationId].method, pathOf(operationId, fresh) + query, {
        ...options,
        key: owner.testKey,
      });
      expect(answer.status, `${place}: ${answer.text}`).toBeLessThan(300);
    }
  });

  async function everythingOf({ testKey: key }: TestAccount) {
    const paths = [
      "/v1/tracks",
      "/v1/drafts",
      `/v1/drafts/${theirs.draft_id}`,
      "/v1/playlists",
      `/v1/playlists/${theirs.playlist_id}/tracks`,
      "/v1/library/assets",
      "/v1/generations",
      "/v1/webhooks",
      `/v1/webhooks/${theirs.webhook_id}/deliveries`,
      `/v1/webhooks/${theirs.webhook_id}/replays`,
      "/v1/events",
    ];
    const answers = await Promise.all(paths.map((path) => app.request("get", path, { key })));
    for (const { status, text } of answers) expect(status, text).toBe(200);
    return answers.map(({ body }) => body);
  }
});

/** `operationId field` for every field of the body and every parameter of the query whose values are ids. */
function placesOf(id: OperationId): string[] {
  const { path, method } = operations[id];
  const parameters = (openApiDocument.paths[path]?.[method]?.parameters ?? []).map((parameter) =>
    resolve<{ in: string; name: string; schema: unknown }>(parameter),
  );
  const asked = parameters
    .filter(({ in: place, schema }) => place === "query" && isId(schema))
    .map(({ name }) => `?${name}`);
  return [...new Set([...asked, ...fieldsWithIds(jsonBodyOf(id)?.schema, "")])].map((field) => `${id} ${field}`);
}

function fieldsWithIds(node: unknown, at: string): string[] {
  if (node === undefined || at.length > 100) return [];
  const schema = resolve<{
    properties?: Record<string, unknown>;
    items?: unknown;
    allOf?: unknown[];
    anyOf?: unknown[];
    oneOf?: unknown[];
  }>(node);
  const own = isId(node) ? [at] : [];
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    fieldsWithIds(field, `${at}/${name}`),
  );
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((part) =>
    fieldsWithIds(part, at),
  );
  return [...own, ...fields, ...parts, ...(schema.items === undefined ? [] : fieldsWithIds(schema.items, `${at}/*`))];
}

function isId(schema: unknown): boolean {
  return /^\^[a-z]{3}_\[0-7\]/.test(resolve<{ pattern?: string }>(schema).pattern ?? "");
}
