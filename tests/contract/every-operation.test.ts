import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createIncomingRegistry } from "../../server/src/features/incoming-events/index.ts";
import { signInEnv } from "../../server/src/features/sign-in/sign-in.fixture.ts";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import { newPicture } from "../../server/src/features/library/library.fixture.ts";
import { callback, thirdParty } from "../../server/src/features/oauth/world.fixture.ts";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { bodyOf, hookedEnv, hookedSource, signed } from "../../server/test-kit/hooked-plugin.ts";
import { startMailServer, type MailServer } from "../../server/test-kit/mail-server.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";
import { accountOperations } from "./account-operations.ts";
import { administratorOperations } from "./administrator-operations.ts";
import { everySdk } from "./python/python-sdk.ts";
import type { Stage } from "./stage.ts";

function failingProcessors() {
  const registry = createIncomingRegistry();
  registry.on("hooked", "invoice.paid", () => Promise.reject(new Error("not today")));
  return registry;
}

/**
 * Every operation of the spec, through this change's SDKs, against this change's server. The server's reference validator
 * checks each request and each answer, so "it returned" also means "as the spec says".
 */
describe.each(await everySdk())("every operation works through %s", (_name, sdk) => {
  let app: TestApp;
  let account: TestAccount;
  let receiver: Receiver;
  let mail: MailServer;
  const stage = {} as Stage;

  beforeAll(async () => {
    mail = await startMailServer();
    app = await startTestApp({
      env: { ...hookedEnv, ...signInEnv, SMTP_URL: mail.url, TRUST_PROXY: "1" },
      pluginSource: hookedSource,
      incoming: failingProcessors(),
      ...(sdk && { sdk: sdk() }),
    });
    account = await app.signUp();
    receiver = await startReceiver();
    Object.assign(stage, { app, account, receiver, mail });
  });
  afterAll(async () => {
    await receiver?.close();
    await app?.close();
    await mail?.close();
  });

  accountOperations(stage);

  test("API keys: create, list, get, update, rotate, revoke, report", async () => {
    const made = await account.test.apiKeys.create({ name: "worker", scopes: ["tracks:read"] });
    expect(made.key).toMatch(/^amv_test_[0-9A-Za-z]{61}$/);
    const listed = await account.test.apiKeys.list();
    expect(listed.data.map(({ id }) => id)).toContain(made.id);
    expect(JSON.stringify(listed.data)).not.toContain(made.key);
    expect(await account.test.apiKeys.get(made.id)).toMatchObject({
      name: "worker",
      scopes: ["tracks:read"],
      revoked_at: null,
    });
    expect(await account.test.apiKeys.update(made.id, { name: "renamed", ip_allowlist: ["127.0.0.1"] })).toMatchObject({
      name: "renamed",
      ip_allowlist: ["127.0.0.1/32"],
    });
    const rotated = await account.test.apiKeys.rotate(made.id, { grace_seconds: 60 });
    expect(rotated).toMatchObject({ id: made.id, name: "renamed", previous_last4: made.key.slice(-4) });
    for (const key of [made.key, rotated.key]) expect((await app.client(key).tracks.list()).data).toEqual([]);
    expect(await app.client(null).apiKeys.report({ key: `${made.key.slice(0, -1)}!` })).toEqual({
      object: "api_key_report",
      received: 1,
    });
    await account.test.apiKeys.revoke(made.id);
    await expect
      .poll(() =>
        app
          .client(rotated.key)
          .tracks.list()
          .catch((error: unknown) => error),
      )
      .toMatchObject({ status: 401 });
    expect((await account.test.apiKeys.get(made.id)).revoked_at).not.toBeNull();
  });

  test("a song: generate, follow, list, get, and its track: list, get, download", async () => {
    const seen: number[] = [];
    const generation = await account.test.generations.create({
      prompt: "Lo-fi prompt-canary",
      lyrics: "prompt-canary la la",
      duration_seconds: 5,
    });
    expect(generation).toMatchObject({ status: "queued", track_id: null });
    for await (const { event, data } of account.test.generations.streamEvents(generation.id)) {
      expect(["status", "progress"]).toContain(event);
      seen.push(data.progress);
    }
    expect(seen.at(-1)).toBe(1);
    const done = await account.test.generations.wait(generation.id);
    expect(done).toMatchObject({ status: "completed", error: null });
    expect((await account.test.generations.list({ status: "completed" })).data.map(({ id }) => id)).toContain(
      generation.id,
    );

    const track = await account.test.tracks.get(done.track_id ?? "");
    expect(track).toMatchObject({
      source: "generation",
      generation_id: generation.id,
      format: "wav",
      sample_rate: 44100,
      channels: 2,
    });
    expect(Math.abs(track.duration_ms - 5000)).toBeLessThan(1000);
    expect((await account.test.tracks.list()).data.map(({ id }) => id)).toContain(track.id);
    const audio = await account.test.tracks.downloadAudio(track.id);
    const bytes = new Uint8Array(await audio.arrayBuffer());
    expect(bytes.length).toBe(track.bytes);
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe("RIFF");
    const part = await account.test.tracks.downloadAudio(track.id, { range: { start: 0, end: 9 } });
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.subarray(0, 10));
  });

  test("a canceled generation stays canceled", async () => {
    app.simulator.setLatency(60);
    const generation = await account.test.generations.create({ prompt: "slow prompt-canary", duration_seconds: 5 });
    expect(await account.test.generations.cancel(generation.id)).toMatchObject({ status: "canceled" });
    app.simulator.setLatency(0);
    await expect(account.test.generations.cancel(generation.id)).rejects.toMatchObject({
      status: 409,
      code: "generation_not_cancelable",
    });
    expect(await account.test.generations.get(generation.id)).toMatchObject({ status: "canceled", track_id: null });
  });

  test("an upload becomes a track, and a deleted track is gone", async () => {
    const track = await account.test.tracks.upload({ file: wavOf({ seconds: 1 }), title: "Mine", artist: "Me" });
    expect(track).toMatchObject({ source: "upload", title: "Mine", artist: "Me", format: "wav", duration_ms: 1000 });
    expect(await account.test.tracks.update(track.id, { title: "Ours", artist: null })).toMatchObject({
      id: track.id,
      title: "Ours",
      artist: null,
    });
    expect((await account.test.tracks.list({ search: "OUR", source: "upload" })).data.map(({ id }) => id)).toEqual([
      track.id,
    ]);
    await account.test.tracks.delete(track.id);
    await expect(account.test.tracks.get(track.id)).rejects.toMatchObject({ status: 404, code: "not_found" });
  });

  test("drafts: create, follow, list, choose and edit, regenerate, delete", async () => {
    const { drafts, generations } = account.test;
    const made = await drafts.create({
      brief: "prompt-canary of a song",
      platform: "instagram",
      tone: "dramatic",
      variants: 2,
    });
    expect(await generations.wait(made.generation_id)).toMatchObject({ kind: "reel", draft_id: made.draft_id });
    const {
      variants: [one, two],
    } = await drafts.get(made.draft_id);
    const chosen = await drafts.update(made.draft_id, {
      selected_variant_id: one?.id ?? "",
      variants: [{ id: two?.id ?? "", caption: "Mine" }],
    });
    expect(chosen).toMatchObject({
      selected_variant_id: one?.id,
      variants: [{ hook: one?.hook }, { caption: "Mine", edited_fields: ["caption"] }],
    });
    const again = await drafts.regenerate({ draft_id: made.draft_id, variant_id: one?.id ?? "", field: "hook" });
    expect(again).toMatchObject({ draft: { status: "generating" }, generation: { kind: "reel" } });
    await generations.wait(again.generation_id);
    expect((await drafts.list({ platform: "instagram" })).data.map(({ id }) => id)).toContain(made.draft_id);
    await drafts.delete(made.draft_id);
    await expect(drafts.get(made.draft_id)).rejects.toMatchObject({ status: 404 });
  });

  test("playlists: create, list, get, update, and their tracks: add, list, move, remove; delete", async () => {
    const { playlists, tracks } = account.test;
    const track = await tracks.upload({ file: wavOf({ seconds: 1 }), title: "Of a playlist" });
    const made = await playlists.create({ name: "Night drive" });
    const {
      playlist,
      items: [first, second],
    } = await playlists.addTracks(made.id, { track_ids: [track.id, track.id] });
    expect(playlist).toMatchObject({ id: made.id, track_count: 2, duration_ms: 2000 });
    expect(await playlists.moveTrack(made.id, second?.id ?? "", { before: first?.id ?? "" })).toMatchObject({
      id: second?.id,
      position: 0,
    });
    expect((await playlists.listTracks(made.id)).data.map(({ id }) => id)).toEqual([second?.id, first?.id]);
    await playlists.removeTrack(made.id, first?.id ?? "");
    expect(await playlists.update(made.id, { description: "For the way home." })).toMatchObject({
      name: "Night drive",
      track_count: 1,
    });
    expect((await playlists.list()).data.map(({ id }) => id)).toContain(made.id);
    await tracks.delete(track.id);
    expect(await playlists.get(made.id)).toMatchObject({ track_count: 0, duration_ms: 0 });
    await playlists.delete(made.id);
    await expect(playlists.get(made.id)).rejects.toMatchObject({ status: 404 });
  });

  test("the library: create, list, search, get, update, delete an asset, download a picture", async () => {
    const { library } = account.test;
    const made = await library.createAsset({
      title: "Night drive teaser",
      platform: "tiktok",
      hashtags: ["#nightdrive"],
      tags: ["launch"],
      metadata: { campaign: "autumn" },
    });
    expect(made).toMatchObject({ kind: "reel", status: "draft", file: null });
    expect(await library.updateAsset(made.id, { status: "ready", platform: null })).toMatchObject({
      status: "ready",
      platform: null,
      title: made.title,
    });
    expect(
      (await library.listAssets({ q: "night -day", tags: "launch", status: "ready" })).data.map(({ id }) => id),
    ).toEqual([made.id]);
    const id = await newPicture(app, account);
    const { file } = await library.getAsset(id);
    expect((await (await library.downloadAssetFile(id)).arrayBuffer()).byteLength).toBe(file?.bytes);
    await library.deleteAsset(made.id);
    await expect(library.getAsset(made.id)).rejects.toMatchObject({ status: 404, code: "not_found" });
  });

  test("webhooks: create, test, list, get, update, deliveries, retry, replay, rotate the secret, delete", async () => {
    const { webhooks } = account.test;
    const webhook = await webhooks.create({ url: receiver.url, event_types: ["track.created"], description: "mine" });
    expect(webhook.secret).toMatch(/^whsec_/);
    const first = await receiver.next((delivery) => delivery.event.type === "webhook.test");
    expect((await webhooks.unwrap(first.body, first.headers, webhook.secret)).type).toBe("webhook.test");

    const sample = await webhooks.test(webhook.id, { type: "track.created" });
    const delivered = await receiver.next((delivery) => delivery.event.id === sample.id);
    expect((await webhooks.unwrap(delivered.body, delivered.headers, webhook.secret)).type).toBe("track.created");

    expect((await webhooks.list()).data.map(({ id }) => id)).toContain(webhook.id);
    expect(await webhooks.get(webhook.id)).not.toHaveProperty("secret");
    expect(await webhooks.update(webhook.id, { description: null, event_types: null })).toMatchObject({
      description: null,
      event_types: null,
    });

    const delivery = await vi.waitFor(
      async () => {
        const { data } = await webhooks.listDeliveries(webhook.id, { status: "succeeded" });
        return data.find(({ event_id }) => event_id === sample.id) ?? Promise.reject(new Error("not succeeded yet"));
      },
      { timeout: 30_000 },
    );
    const detail = await webhooks.getDelivery(webhook.id, delivery.id);
    expect(detail.attempts).toHaveLength(1);
    expect(detail.attempts[0]).toMatchObject({ number: 1, status_code: 204 });
    expect(JSON.stringify(detail)).not.toContain(webhook.secret);
    await webhooks.retryDelivery(webhook.id, detail.id);
    await receiver.next((again) => again.event.id === sample.id && again !== delivered);

    const since = new Date(Date.now() - 60_000).toISOString();
    const replay = await webhooks.createReplay(webhook.id, { since, only: "all" });
    expect((await webhooks.listReplays(webhook.id)).data.map(({ id }) => id)).toEqual([replay.id]);
    await vi.waitFor(
      async () =>
        expect(await webhooks.getReplay(webhook.id, replay.id)).toMatchObject({ status: "completed", progress: 1 }),
      { timeout: 30_000 },
    );
    await webhooks.update(webhook.id, { status: "paused" });
    const waiting = await webhooks.createReplay(webhook.id, { since, only: "failed" });
    expect(await webhooks.cancelReplay(webhook.id, waiting.id)).toMatchObject({
      status: "canceled",
      replayed_count: 0,
    });
    await webhooks.update(webhook.id, { status: "enabled" });

    await vi.waitFor(
      async () => expect((await webhooks.getStats(webhook.id, { window: "1h" })).succeeded_count).toBeGreaterThan(2),
      { timeout: 30_000 },
    );

    const { secret } = await webhooks.rotateSecret(webhook.id, { overlap_seconds: 60 });
    await webhooks.test(webhook.id);
    const twice = await receiver.next(({ headers }) => headers["webhook-signature"]?.includes(" ") ?? false);
    for (const key of [secret, webhook.secret])
      expect((await webhooks.unwrap(twice.body, twice.headers, key)).id).toBe(twice.event.id);

    await webhooks.delete(webhook.id);
    await expect(webhooks.get(webhook.id)).rejects.toMatchObject({ status: 404 });
  });

  test("OAuth: register a client, connect it to an account, see and end the connection, delete the client", async () => {
    const { oauthClients, connectedApps } = account.test;
    const registered = await oauthClients.create({
      name: "Song Stage",
      type: "confidential",
      redirect_uris: [callback],
      scopes: ["tracks:read"],
    });
    expect(registered.client_secret).toMatch(/^amv_client_/);
    expect((await oauthClients.list()).data.map(({ id }) => id)).toContain(registered.id);
    expect(await oauthClients.get(registered.id)).not.toHaveProperty("client_secret");
    expect(
      await oauthClients.update(registered.id, { name: "Song Stage 2", homepage: "https://songstage.example.com" }),
    ).toMatchObject({ name: "Song Stage 2" });
    const rotated = await oauthClients.rotateSecret(registered.id, { overlap_seconds: 0 });
    expect(rotated.client_secret).not.toBe(registered.client_secret);

    const tokens = await (await thirdParty(app, rotated)).connect(account, { account: "test" });
    expect((await app.client(tokens.access_token).tracks.list()).data).toBeInstanceOf(Array);
    const { data } = await connectedApps.list();
    expect(data).toMatchObject([
      { client: { id: registered.id, name: "Song Stage 2" }, mode: "test", scopes: ["tracks:read"] },
    ]);
    await connectedApps.revoke(data[0]?.id ?? "");
    await expect
      .poll(async () => (await app.request("get", "/v1/tracks", { key: tokens.access_token })).status)
      .toBe(401);
    await oauthClients.delete(registered.id);
    await expect(oauthClients.get(registered.id)).rejects.toMatchObject({ status: 404 });
  });

  test("events: list and get what happened", async () => {
    const { data } = await account.test.events.list({ type: "generation.completed" });
    expect(data.length).toBeGreaterThan(0);
    expect((await account.test.events.listTypes()).data.map(({ name }) => name)).toContain("generation.completed");
    const [newest] = data;
    expect(await account.test.events.get(newest?.id ?? "")).toEqual(newest);
  });

  test("usage: figures, their course, and who calls what will go", async () => {
    const { usage } = account.test;
    await expect.poll(async () => (await usage.getStats({ group_by: "operation" })).groups.length).toBeGreaterThan(5);
    expect((await usage.getTimeSeries({ granularity: "minute" })).points.length).toBeGreaterThan(1439);
    expect(await usage.listDeprecatedCalls()).toEqual({ object: "list", data: [] });
  });

  test("incoming events: receive, list, retry a dead one", async () => {
    const { raw, headers } = signed(bodyOf("evt_sdk"));
    await app
      .client(null, { defaultHeaders: headers })
      .incomingEvents.receive("hooked", JSON.parse(raw) as Record<string, unknown>);
    const { admin } = app.client((await app.signUp({ admin: true })).sessionToken);
    const tried = await vi.waitFor(
      async () => {
        const { data } = await admin.listIncomingEvents({ plugin: "hooked" });
        return data.find(({ last_error: error }) => error !== null) ?? Promise.reject(new Error("not tried yet"));
      },
      { timeout: 30_000 },
    );
    expect(tried).toMatchObject({ provider_event_id: "evt_sdk", mode: "live", status: "pending" });
    await app.services.db.asSystem("a test gives up", (tx) =>
      tx.query("update incoming_events set status = 'dead', due_at = null, finished_at = now()"),
    );
    expect(await admin.retryIncomingEvent(tried.id)).toMatchObject({
      id: tried.id,
      status: "pending",
      attempts_count: 0,
    });
  });

  administratorOperations(stage);

  test("plans: list and get, without a credential", async () => {
    const { plans } = app.client(null);
    const { data } = await plans.list();
    expect(data.map(({ id }) => id)).toEqual(["free", "basic", "standard", "pro", "enterprise"]);
    expect(await plans.get("basic")).toEqual(data[1]);
    await expect(plans.get("gold")).rejects.toMatchObject({ status: 404, code: "not_found" });
  });

  test("plugins and health tell what runs", async () => {
    const { data } = await account.test.plugins.list();
    expect(data).toContainEqual(expect.objectContaining({ id: "minimax", status: "loaded", breaker: "closed" }));
    const { health } = app.client(null);
    expect(await health.getLiveness()).toEqual({ status: "ok" });
    expect((await health.getReadiness()).status).toBe("ok");
    for (const type of ["application", "database", "webhook"] as const)
      expect(await health.get({ type })).toMatchObject({ type, status: "ok" });
    expect(await health.getMetrics()).toContain('operation="createGeneration"');
  });

  test("nothing of the spec was left out", () => {
    const reached = app.operationsReached();
    expect((Object.keys(operations) as OperationId[]).filter((id) => !reached.has(id))).toEqual([]);
  });
});
