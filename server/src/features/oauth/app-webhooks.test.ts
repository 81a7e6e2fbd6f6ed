import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startReceiver, type Receiver } from "../../../test-kit/receiver.ts";
import { forgetExpiredOauth } from "./maintenance.ts";
import { post } from "./token-endpoint.fixture.ts";
import { registerApp, type ThirdParty } from "./world.fixture.ts";

/** What an app hears of an account ends with its connection, though a webhook sends without any token. */
describe("webhooks of apps", () => {
  let app: TestApp;
  let maker: TestAccount;
  let person: TestAccount;
  let own: Receiver;
  let theirs: Receiver;
  let stage: ThirdParty;
  let token: string;
  beforeAll(async () => {
    [app, own, theirs] = [await startTestApp(), await startReceiver(), await startReceiver()];
    maker = await app.signUp({ tier: "enterprise" });
  });
  afterAll(async () => {
    await Promise.all([own?.close(), theirs?.close()]);
    await app?.close();
  });
  beforeEach(async () => {
    person = await app.signUp({ tier: "enterprise" });
    stage = await registerApp(app, maker, { scopes: ["webhooks:read", "webhooks:write", "playlists:write"] });
    token = (await stage.connect(person, { scopes: ["webhooks:read", "webhooks:write", "playlists:write"] }))
      .access_token;
  });

  const owner = () => app.client(person.sessionToken);
  const ofApp = () => app.client(token).webhooks;
  const disabled = {
    status: "disabled",
    disabled_reason: expect.stringContaining("not connected any more"),
    missed_count: expect.any(Number),
  };
  /** The account's own endpoint has heard of it. */
  const happens = async () => {
    const { id } = await owner().playlists.create({ name: "after" });
    await own.next(({ event }) => event.type === "playlist.created" && event.data["id"] === id);
    return id;
  };

  async function disconnect(): Promise<void> {
    const [connection] = (await owner().connectedApps.list()).data;
    await owner().connectedApps.revoke(connection?.id ?? "");
  }

  test("end when the person disconnects the app, which the account's own endpoints hear of; those go on", async () => {
    const mine = await owner().webhooks.create({ url: own.url });
    const hook = await ofApp().create({ url: theirs.url });
    const before = await happens();
    await theirs.next(({ event }) => event.data["id"] === before);
    await disconnect();
    expect(await owner().webhooks.get(hook.id)).toMatchObject(disabled);
    expect(await owner().webhooks.get(mine.id)).toMatchObject({ status: "enabled" });
    await own.next(({ event }) => event.type === "webhook.disabled" && event.data["id"] === hook.id);
    const after = await happens();
    expect(theirs.received.some(({ event }) => event.data["id"] === after)).toBe(false);
    // Their account, their choice.
    expect(await owner().webhooks.update(hook.id, { status: "enabled" })).toMatchObject({
      status: "enabled",
      disabled_reason: null,
    });
  });

  test("are those whose URL an app set, whoever made them: one that it turned to itself ends, one that its owner turned back goes on", async () => {
    const [taken, back] = [
      await owner().webhooks.create({ url: own.url }),
      await owner().webhooks.create({ url: own.url }),
    ];
    for (const { id } of [taken, back]) await ofApp().update(id, { url: theirs.url });
    await owner().webhooks.update(taken.id, { description: "Whose is it?" });
    await owner().webhooks.update(back.id, { url: own.url });
    await ofApp().update(back.id, { description: "Touched by the app" });
    await disconnect();
    expect(await owner().webhooks.get(taken.id)).toMatchObject(disabled);
    expect(await owner().webhooks.get(back.id)).toMatchObject({ status: "enabled" });
  });

  test("end when the app is deleted, when it gives its tokens back, and when nobody used it for a year; another app's go on", async () => {
    const other = await registerApp(app, maker, { scopes: ["webhooks:write"] });
    const otherToken = (await other.connect(person, { scopes: ["webhooks:write"] })).access_token;
    const otherHook = await app.client(otherToken).webhooks.create({ url: theirs.url });
    const third = await registerApp(app, maker, { scopes: ["webhooks:write"] });
    const tokens = await third.connect(person, { scopes: ["webhooks:write"] });
    const thirdHook = await app.client(tokens.access_token).webhooks.create({ url: theirs.url });
    await post(app, "/oauth/revoke", { token: tokens.refresh_token }, third.client);
    expect(await owner().webhooks.get(thirdHook.id)).toMatchObject(disabled);
    const hook = await ofApp().create({ url: theirs.url });
    await app.client(maker.sessionToken).oauthClients.delete(stage.client.id);
    expect(await owner().webhooks.get(hook.id)).toMatchObject(disabled);
    expect(await owner().webhooks.get(otherHook.id)).toMatchObject({ status: "enabled" });

    const { db } = app.services;
    await db.asSystem("a year passes in a test", (tx) =>
      tx.query("update oauth_grants set expires_at = now() - interval '1 second'"),
    );
    await forgetExpiredOauth({ db, clock: app.services.clock, emit: () => Promise.resolve("") });
    expect(await owner().webhooks.get(otherHook.id)).toMatchObject(disabled);
  });
});
