import { expect } from "vitest";
import { callback, thirdParty } from "../../server/src/features/oauth/world.fixture.ts";
import { encodeId, newId } from "../../server/src/platform/ids/index.ts";
import type { TestApp } from "../../server/test-kit/app.ts";

export interface World {
  /** Credentials of an administrator's sandbox. */
  key: string;
  session: string;
  /** Path parameter → ids of objects that exist. */
  ids: Record<string, string[]>;
  /** Path parameter → an id that must stay as it is, or the run would lose its credentials: replaced by one of `ids`. */
  own: Record<string, string>;
}

/** An administrator with one object of every kind that a path can name, and another account to administrate. */
export async function createWorld(app: TestApp): Promise<World> {
  const [account, other] = [await app.signUp({ admin: true }), await app.signUp()];
  const { test } = account;
  const owner = app.client(account.sessionToken);
  const own = (await test.apiKeys.list()).data[0];
  const session = (await owner.accounts.listSessions()).data[0];
  const otherSession = await app.client(null).accounts.signIn({ email: account.email, password: "pw-canary-of-a-test" });
  const key = await test.apiKeys.create({ name: "fuzzed" });
  const webhook = await test.webhooks.create({ url: "http://127.0.0.1:9/" });
  const generation = await test.generations.create({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 });
  const { track_id } = await test.generations.wait(generation.id);
  const playlist = await test.playlists.create({ name: "fuzzed" });
  const { items } = await test.playlists.addTracks(playlist.id, { track_ids: [String(track_id)] });
  const replay = await test.webhooks.createReplay(webhook.id, { since: "2026-11-01T00:00:00Z" });
  const registered = await test.oauthClients.create({ name: "fuzzed", type: "confidential", redirect_uris: [callback], scopes: ["tracks:read"] });
  await (await thirdParty(app, registered)).connect(account, { account: "test" });
  const event = (await test.events.list()).data[0];
  await expect.poll(async () => (await test.webhooks.listDeliveries(webhook.id)).data.length).toBeGreaterThan(0);
  const delivery = (await test.webhooks.listDeliveries(webhook.id)).data[0];
  return {
    key: account.testKey,
    session: account.sessionToken,
    ids: {
      account_id: [other.liveId, other.sandboxId],
      api_key_id: [key.id],
      client_id: [registered.id],
      connected_app_id: [String((await test.connectedApps.list()).data[0]?.id)],
      delivery_id: [String(delivery?.id)],
      event_id: [String(event?.id)],
      generation_id: [generation.id],
      // No shipped plugin receives webhooks yet.
      incoming_event_id: [encodeId("iev", newId())],
      item_id: items.map(({ id }) => id),
      plan_id: ["free", "pro"],
      playlist_id: [playlist.id],
      plugin: ["minimax"],
      replay_id: [replay.id],
      session_id: [otherSession.id],
      target_id: [other.liveId, key.id],
      track_id: [String(track_id)],
      webhook_id: [webhook.id],
    },
    own: { account_id: account.sandboxId, api_key_id: String(own?.id), session_id: String(session?.id), target_id: account.sandboxId },
  };
}
