import { PluginError, type AnyPlugin } from "@musicverse/plugin-kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import type { PluginSource } from "../../server/src/platform/plugins/index.ts";
import { hookedEnv, hookedSource, signed, bodyOf } from "../../server/test-kit/hooked-plugin.ts";
import { startReceiver, type Receiver } from "../../server/test-kit/receiver.ts";

/** `hooked`, with a secret that its plugin can do nothing with. */
const mute: PluginSource = {
  ...hookedSource,
  load: async (name) => {
    const loaded = await hookedSource.load(name);
    if (name !== "hooked") return loaded;
    const { default: plugin } = loaded as { default: AnyPlugin };
    const verify = () => {
      throw new PluginError("UPSTREAM", "the secret is none");
    };
    return { default: { ...plugin, capabilities: { webhooks: { ...plugin.capabilities.webhooks, verify } } } };
  },
};

/** Refusals that depend on what there is: each operation's own conflicts, preconditions and missing parts, over HTTP. */
describe("what stands in the way", () => {
  let app: TestApp;
  let account: TestAccount;
  let receiver: Receiver;
  beforeAll(async () => {
    [app, receiver] = await Promise.all([startTestApp({ env: hookedEnv, pluginSource: mute }), startReceiver()]);
    account = await app.signUp();
  });
  afterAll(async () => {
    await app?.close();
    await receiver?.close();
  });

  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(method, path, { key: account.testKey, headers, ...(body !== undefined && { body }) });

  test("webhooks: the 51st, a second replay, the cancellation of one that is over, a retry of what still waits", async () => {
    const { webhooks } = account.test;
    const webhook = await webhooks.create({ url: receiver.url });
    const paused = await webhooks.create({ url: receiver.url });
    await webhooks.update(paused.id, { status: "paused" });
    const since = "2026-11-01T00:00:00Z";
    const replays = (id: string) => `/v1/webhooks/${id}/replays`;
    const done = await webhooks.createReplay(webhook.id, { since });
    await expect.poll(async () => (await webhooks.getReplay(webhook.id, done.id)).status).toBe("completed");
    expect(await ask("post", `${replays(webhook.id)}/${done.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: "webhook_replay_finished" },
    });
    await webhooks.createReplay(paused.id, { since });
    expect(await ask("post", replays(paused.id), { since })).toMatchObject({
      status: 409,
      body: { code: "webhook_replay_running" },
    });

    await webhooks.test(paused.id);
    const [waiting] = (await webhooks.listDeliveries(paused.id, { status: "pending" })).data;
    expect(await ask("post", `/v1/webhooks/${paused.id}/deliveries/${waiting?.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: "delivery_not_retryable" },
    });

    for (let made = 2; made < 50; made += 1) await webhooks.create({ url: receiver.url });
    expect(await ask("post", "/v1/webhooks", { url: receiver.url })).toMatchObject({
      status: 409,
      body: { code: "webhook_limit_reached" },
    });
  });

  test("tracks: a part of the audio, what has not changed since, a part that it has not, a change by somebody else", async () => {
    const generation = await account.test.generations.create({
      prompt: "prompt-canary",
      instrumental: true,
      duration_seconds: 5,
    });
    const path = `/v1/tracks/${(await account.test.generations.wait(generation.id)).track_id}`;
    const whole = await ask("get", `${path}/audio`);
    const { etag = "" } = whole.headers;
    expect(whole.status).toBe(200);
    expect((await ask("get", `${path}/audio`, undefined, { Range: "bytes=0-3" })).status).toBe(206);
    expect((await ask("get", `${path}/audio`, undefined, { "If-None-Match": etag })).status).toBe(304);
    expect(await ask("get", `${path}/audio`, undefined, { Range: "bytes=999999999-" })).toMatchObject({
      status: 416,
      body: { code: "range_not_satisfiable" },
    });
    expect(await ask("patch", path, { title: "Later" }, { "If-Match": '"of-somebody-else"' })).toMatchObject({
      status: 412,
      body: { code: "precondition_failed" },
    });
  });

  test("plugins: generating for live accounts and webhooks of a provider wait for the operator", async () => {
    const unavailable = { status: 503, body: { code: "plugin_unavailable" } };
    expect(
      await app.request("post", "/v1/generate", { key: account.liveKey, body: { prompt: "prompt-canary" } }),
    ).toMatchObject(unavailable);
    const { draft_id: draftId } = await account.test.drafts.create({ brief: "prompt-canary", platform: "tiktok" });
    for (const [path, body] of [
      ["/v1/create", { brief: "prompt-canary", platform: "tiktok" }],
      ["/v1/regenerate", { draft_id: draftId }],
    ] as const) {
      expect(await app.request("post", path, { key: account.liveKey, body })).toMatchObject(unavailable);
    }
    expect(await app.request("post", "/hooks/hooked", signed(bodyOf("evt_1")))).toMatchObject(unavailable);
  });
});
