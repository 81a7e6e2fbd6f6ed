import { expect } from "vitest";
import type { TestApp } from "../../server/test-kit/app.ts";

export interface World {
  /** Credentials of one sandbox account. */
  key: string;
  session: string;
  /** The key's own id: revoking it would end the run. */
  ownKeyId: string;
  /** Path parameter → ids of objects that exist. */
  ids: Record<string, string[]>;
}

/** An account with one object of every kind that a path can name. */
export async function createWorld(app: TestApp): Promise<World> {
  const account = await app.signUp();
  const { test } = account;
  const own = (await test.apiKeys.list()).data[0];
  const key = await test.apiKeys.create({ name: "fuzzed" });
  const webhook = await test.webhooks.create({ url: "http://127.0.0.1:9/" });
  const generation = await test.generations.create({ prompt: "prompt-canary", instrumental: true, duration_seconds: 5 });
  const { track_id } = await test.generations.wait(generation.id);
  const event = (await test.events.list()).data[0];
  await expect.poll(async () => (await test.webhooks.listDeliveries(webhook.id)).data.length).toBeGreaterThan(0);
  const delivery = (await test.webhooks.listDeliveries(webhook.id)).data[0];
  return {
    key: account.testKey,
    session: account.sessionToken,
    ownKeyId: String(own?.id),
    ids: {
      api_key_id: [key.id],
      delivery_id: [String(delivery?.id)],
      event_id: [String(event?.id)],
      generation_id: [generation.id],
      track_id: [String(track_id)],
      webhook_id: [webhook.id],
    },
  };
}
