import { expect, vi } from "vitest";
import { createIncomingRegistry } from "../server/src/features/incoming-events/index.ts";
import { newPicture } from "../server/src/features/library/library.fixture.ts";
import { callback, thirdParty } from "../server/src/features/oauth/world.fixture.ts";
import { appPage, signInEnv, visitor } from "../server/src/features/sign-in/sign-in.fixture.ts";
import type { TestApp, TestAppOptions } from "../server/test-kit/app.ts";
import { bodyOf, hookedEnv, hookedSource, signed } from "../server/test-kit/hooked-plugin.ts";

type Ids = Record<string, string[]>;

export interface World {
  /** Credentials of an account's sandbox. */
  key: string;
  session: string;
  /** Of another person, who administrates the platform. */
  adminSession: string;
  /** The live accounts of those sessions. */
  liveId: { session: string; adminSession: string };
  /** Path parameter → ids of objects that exist. */
  ids: Ids;
  /** Path parameter → ids of objects that may be deleted, without which the others would go on as they are. */
  spare: Ids;
  /** Path parameter → ids that must stay as they are, or the run would lose its credentials: replaced by one of `ids`. */
  own: Ids;
  /** operationId → a body that has its effect, which no generator would guess. */
  bodies: Record<string, unknown>;
}

/** What the app of such a world needs. Each request comes from an address of its own, so that no case is lost to the limit per address. */
export const worldOptions: TestAppOptions = {
  env: { ...hookedEnv, ...signInEnv, TRUST_PROXY: "1" },
  pluginSource: hookedSource,
  incoming: createIncomingRegistry(),
  logName: "fuzz",
};

/** Two of each kind that a path can name, and other accounts to administrate. `endpoint`: an URL that answers 204. */
export async function createWorld(app: TestApp, endpoint: string): Promise<World> {
  const [account, admin, other] = [
    await app.signUp({ tier: "enterprise" }),
    await app.signUp({ admin: true, tier: "enterprise" }),
    await app.signUp(),
  ];
  const { test } = account;
  const owner = app.client(account.sessionToken);
  const twoOf = async <T>(make: () => Promise<T>): Promise<[T, T]> => [await make(), await make()];
  const { apiKeys, webhooks, playlists, oauthClients } = test;
  const password = "pw-canary-of-a-test";
  const signIn = () =>
    app
      .client(null, { defaultHeaders: { "X-Forwarded-For": "192.0.2.7" } })
      .accounts.signIn({ email: account.email, password });

  const keys = await twoOf(() => apiKeys.create({ name: "fuzzed" }));
  const sessions = await twoOf(signIn);
  const hooks = await twoOf(() => webhooks.create({ url: endpoint }));
  const paused = await webhooks.create({ url: endpoint });
  await webhooks.update(paused.id, { status: "paused" });
  const generation = await test.generations.create({
    prompt: "prompt-canary",
    instrumental: true,
    duration_seconds: 5,
  });
  const tracks = await twoOf(async () =>
    String(
      (
        await test.generations.wait(
          (await test.generations.create({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 })).id,
        )
      ).track_id,
    ),
  );
  const drafts = await twoOf(async () => {
    const { draft_id: id, generation_id: generationId } = await test.drafts.create({
      brief: "prompt-canary",
      platform: "tiktok",
    });
    await test.generations.wait(generationId);
    return test.drafts.get(id);
  });
  const lists = await twoOf(() => playlists.create({ name: "fuzzed" }));
  const { items } = await playlists.addTracks(lists[0].id, { track_ids: tracks });
  const assets = await twoOf(() => newPicture(app, account));
  const since = "2026-11-01T00:00:00Z";
  const replays = [
    await webhooks.createReplay(hooks[0].id, { since }),
    await webhooks.createReplay(paused.id, { since }),
  ];
  const apps = await twoOf(() =>
    oauthClients.create({ name: "fuzzed", type: "confidential", redirect_uris: [callback], scopes: ["tracks:read"] }),
  );
  for (const registered of apps) await (await thirdParty(app, registered)).connect(account, { account: "test" });
  const connected = (await test.connectedApps.list()).data.map(({ id }) => id);
  const { begin, codeFor, link } = visitor(app);
  const begun = await begin();
  expect((await link(account.sessionToken, { ...begun, code: await codeFor(begun, account.email) })).status).toBe(200);
  const delivered = async () => (await webhooks.listDeliveries(hooks[0].id, { status: "succeeded" })).data;
  await vi.waitFor(async () => expect((await delivered()).length).toBeGreaterThan(0), { timeout: 10_000 });

  for (let number = 0; number < 20; number += 1) {
    const { raw, headers } = signed(bodyOf(`evt_${number}`));
    await app.request("post", "/hooks/hooked", { raw, headers });
  }
  const { admin: platform } = app.client(admin.sessionToken);
  const incoming = async () => (await platform.listIncomingEvents({ limit: 100 })).data;
  await vi.waitFor(
    async () => expect((await incoming()).filter(({ status }) => status === "processed")).toHaveLength(20),
    { timeout: 10_000 },
  );
  await app.services.db.asSystem("a test gives up", (tx) => tx.query("update incoming_events set status = 'dead'"));

  return {
    key: account.testKey,
    session: account.sessionToken,
    adminSession: admin.sessionToken,
    liveId: { session: account.liveId, adminSession: admin.liveId },
    ids: {
      account_id: [other.liveId, other.sandboxId],
      api_key_id: [keys[0].id],
      asset_id: [assets[0]],
      client_id: [apps[0].id],
      connected_app_id: connected.slice(0, 1),
      delivery_id: (await delivered()).map(({ id }) => id),
      feature: ["generations", "variants"],
      draft_id: [drafts[0].id],
      event_id: (await test.events.list()).data.map(({ id }) => id),
      generation_id: [generation.id],
      incoming_event_id: (await incoming()).map(({ id }) => id),
      item_id: items.slice(0, 1).map(({ id }) => id),
      plan_id: ["free", "pro"],
      playlist_id: [lists[0].id],
      plugin: ["minimax", "hooked"],
      replay_id: replays.map(({ id }) => id),
      session_id: [sessions[0].id],
      target_id: [other.liveId, keys[0].id],
      track_id: tracks.slice(0, 1),
      webhook_id: [hooks[0].id, paused.id],
    },
    spare: {
      api_key_id: [keys[1].id],
      asset_id: [assets[1]],
      client_id: [apps[1].id],
      connected_app_id: connected.slice(1),
      draft_id: [drafts[1].id],
      item_id: items.slice(1).map(({ id }) => id),
      playlist_id: [lists[1].id],
      session_id: [sessions[1].id],
      track_id: tracks.slice(1),
      webhook_id: [hooks[1].id],
    },
    own: {
      account_id: [account.sandboxId, account.liveId, admin.sandboxId, admin.liveId],
      api_key_id: (await owner.apiKeys.list()).data
        .concat((await test.apiKeys.list()).data)
        .map(({ id }) => id)
        .filter((id) => keys.every((key) => key.id !== id)),
      session_id: (await owner.accounts.listSessions()).data
        .map(({ id }) => id)
        .filter((id) => sessions.every((session) => session.id !== id)),
      target_id: [account.sandboxId, account.liveId, admin.sandboxId, admin.liveId],
    },
    bodies: {
      addPlaylistTracks: { track_ids: [tracks[0]] },
      movePlaylistTrack: { position: 0 },
      updateDraft: { title: "fuzzed", selected_variant_id: drafts[0].variants[0]?.id ?? null },
      regenerateDraft: { draft_id: drafts[0].id, variant_id: drafts[0].variants[0]?.id, field: "hook" },
      putRateLimitOverride: { quota: { requests: 100_000, window_seconds: 60 }, note: "fuzzed" },
      signIn: { email: account.email, password },
      startSpotifySignIn: { redirect_uri: appPage },
    },
  };
}
