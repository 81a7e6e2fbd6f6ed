import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import { newPicture } from "../../server/src/features/library/library.fixture.ts";
import { callback, thirdParty } from "../../server/src/features/oauth/world.fixture.ts";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { exampleBody } from "../spec.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";

/** Another account, and one's own sandbox twin, reach nothing of an account through any operation. */
describe("a stranger reaches nothing", () => {
  let app: TestApp;
  let owner: TestAccount;
  let stranger: TestAccount;
  let receiver: Receiver;
  /** One of everything, owned by `owner`'s sandbox. */
  let ids: Record<string, string>;

  beforeAll(async () => {
    // A pool of one connection: whatever a request leaves behind on it would reach the next one.
    app = await startTestApp({ env: { DATABASE_POOL_MAX: "1" } });
    [owner, stranger] = [await app.signUp({ tier: "enterprise" }), await app.signUp({ tier: "enterprise" })];
    receiver = await startReceiver();
    const webhook = await owner.test.webhooks.create({ url: receiver.url });
    const track = await owner.test.tracks.upload({ file: wavOf({ seconds: 1 }), title: "secret title" });
    const delivered = await receiver.next(({ event }) => event.type === "track.created");
    const delivery = await vi.waitFor(
      async () => {
        const { data } = await owner.test.webhooks.listDeliveries(webhook.id);
        return (
          data.find(({ event_id }) => event_id === delivered.event.id) ?? Promise.reject(new Error("no delivery yet"))
        );
      },
      { timeout: 10_000 },
    );
    const generation = await owner.test.generations.create({ prompt: "mine prompt-canary", duration_seconds: 5 });
    await owner.test.generations.wait(generation.id);
    // Measured in the background: a value that appears later would look like a stranger's doing.
    await vi.waitFor(
      async () => {
        const { data } = await owner.test.tracks.list();
        if (data.some(({ loudness_lufs: loudness }) => loudness === null)) throw new Error("not measured yet");
      },
      { timeout: 20_000 },
    );
    const playlist = await owner.test.playlists.create({ name: "secret name" });
    const {
      items: [item],
    } = await owner.test.playlists.addTracks(playlist.id, { track_ids: [track.id] });
    const key = await owner.test.apiKeys.create({ name: "mine" });
    const replay = await owner.test.webhooks.createReplay(webhook.id, {
      since: new Date(Date.now() - 60_000).toISOString(),
      only: "failed",
    });
    await vi.waitFor(
      async () => expect((await owner.test.webhooks.getReplay(webhook.id, replay.id)).status).toBe("completed"),
      { timeout: 20_000 },
    );
    const client = await owner.test.oauthClients.create({
      name: "mine",
      type: "confidential",
      redirect_uris: [callback],
      scopes: ["tracks:read"],
    });
    await (await thirdParty(app, client)).connect(owner, { account: "test" });
    const draft = await owner.test.drafts.create({ brief: "mine prompt-canary", platform: "tiktok" });
    await owner.test.generations.wait(draft.generation_id);
    ids = {
      client_id: client.id,
      connected_app_id: (await owner.test.connectedApps.list()).data[0]?.id ?? "",
      asset_id: await newPicture(app, owner),
      track_id: track.id,
      playlist_id: playlist.id,
      item_id: item?.id ?? "",
      generation_id: generation.id,
      draft_id: draft.draft_id,
      webhook_id: webhook.id,
      delivery_id: delivery.id,
      replay_id: replay.id,
      event_id: delivered.event.id,
      api_key_id: key.id,
      session_id: (await app.client(owner.sessionToken).accounts.listSessions()).data[0]?.id ?? "",
    };
  });
  afterAll(async () => {
    await receiver?.close();
    await app?.close();
  });

  const ofAdmins = (id: OperationId) => operations[id].path.startsWith("/v1/admin/");
  // What is open to everybody belongs to nobody.
  const withIds = (Object.keys(operations) as OperationId[]).filter(
    (id) => operations[id].path.includes("{") && !ofAdmins(id) && !operations[id].security.public,
  );

  test.for(withIds)(
    "%s answers 404 to another account and to the owner's live account, and changes nothing",
    async (operationId) => {
      const { method, path, security } = operations[operationId];
      // What is for people only would refuse a key before it looks at the id.
      const callers = security.apiKey ? [stranger.testKey, stranger.liveKey, owner.liveKey] : [stranger.sessionToken];
      const filled = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? "");
      const before = await everythingOf(owner);
      for (const key of callers) {
        const answer = await app.request(method, filled, { key, body: exampleBody(operationId) });
        expect(answer.status, operationId).toBe(404);
        expect(answer.body).toMatchObject({ code: "not_found" });
      }
      expect(await everythingOf(owner)).toEqual(before);
    },
  );

  test.for((Object.keys(operations) as OperationId[]).filter(ofAdmins))(
    "%s is for administrators of the platform only, whoever asks about whomever",
    async (operationId) => {
      const { method, path } = operations[operationId];
      const before = await everythingOf(owner);
      for (const account of [owner, stranger]) {
        for (const key of [account.liveKey, account.testKey, account.sessionToken]) {
          const answer = await app.request(method, path.replaceAll(/\{\w+\}/g, owner.liveId), {
            key,
            body: exampleBody(operationId),
          });
          expect(answer, operationId).toMatchObject({ status: 403, body: { code: "insufficient_scope" } });
        }
      }
      expect(await everythingOf(owner)).toEqual(before);
    },
  );

  test("no list shows anything of another account", async () => {
    const shown = JSON.stringify(await everythingOf(stranger));
    for (const id of Object.values(ids)) expect(shown).not.toContain(id);
    for (const text of ["secret title", "secret name"]) expect(shown).not.toContain(text);
  });

  test("interleaved requests of two accounts on one connection never mix", async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const account = index % 2 ? owner : stranger;
        return account.test.accounts.getProfile().then(({ id }) => ({ id, account }));
      }),
    );
    for (const { id, account } of answers) expect(id).toBe(account.sandboxId);
  });

  test("a cursor of one account or list is refused by another (invalid_cursor)", async () => {
    for (let index = 0; index < 2; index += 1) await owner.test.tracks.upload({ file: wavOf({ seconds: 1 }) });
    const { next_cursor: cursor } = (await app.request("get", "/v1/tracks?limit=1", { key: owner.testKey })).body as {
      next_cursor: string;
    };
    for (const [path, key] of [
      [`/v1/tracks?cursor=${cursor}`, stranger.testKey],
      [`/v1/events?cursor=${cursor}`, owner.testKey],
    ] as const) {
      const answer = await app.request("get", path, { key });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: "invalid_cursor", errors: [{ path: "/query/cursor" }] },
      });
    }
  });

  async function everythingOf(account: TestAccount) {
    const lists = [
      "/v1/tracks",
      "/v1/playlists",
      "/v1/generations",
      "/v1/webhooks",
      "/v1/events",
      "/v1/api-keys",
      "/v1/oauth/clients",
      "/v1/connected-apps",
    ];
    const answers = await Promise.all(
      lists.map((path) => app.request("get", `${path}?limit=100`, { key: account.testKey })),
    );
    // When a key was last used is written behind requests, whosever they are.
    return answers.map(({ body }) =>
      (body as { data: object[] }).data.map((row) => ({ ...row, last_used_at: null, last_used_ip: null })),
    );
  }
});
