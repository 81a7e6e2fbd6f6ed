import * as oauth from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startProcess, type ServerProcess } from "../../../test-kit/process.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { endOauth } from "./erase.ts";
import { registerApp, type ThirdParty, type Tokens } from "./world.fixture.ts";

describe("a connection ends on every process within a second", () => {
  let app: TestApp;
  let other: ServerProcess;
  let maker: TestAccount;
  let person: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    [other, maker, person] = await Promise.all([
      startProcess("api", app.env),
      app.signUp({ tier: "enterprise" }),
      app.signUp({ tier: "enterprise" }),
    ]);
  });
  afterAll(async () => {
    await other?.terminate();
    await app?.close();
  });

  const statusAt = async (url: string, token: string) =>
    (await fetch(`${url}/v1/profile`, { headers: { Authorization: `Bearer ${token}` } })).status;
  /** In both processes, asked so often that it is in both caches. */
  const statuses = (token: string) => Promise.all([app.url, other.url].map((url) => statusAt(url, token)));
  const deadWithinASecond = (token: string) =>
    expect.poll(() => statuses(token), { timeout: 1000, interval: 20 }).toEqual([401, 401]);

  async function connected(
    scopes = ["profile:read", "tracks:read"] as const,
  ): Promise<{ stage: ThirdParty; tokens: Tokens }> {
    const stage = await registerApp(app, maker);
    const tokens = await stage.connect(person, { scopes });
    expect([...(await statuses(tokens.access_token)), ...(await statuses(tokens.access_token))]).toEqual([
      200, 200, 200, 200,
    ]);
    return { stage, tokens };
  }
  const owner = () => app.client(person.sessionToken);
  const revocations = async () =>
    (await owner().events.list({ type: "app.authorization_revoked" })).data.map(
      ({ data }) => data as { client_id: string; reason: string },
    );

  test("when a person disconnects the app, which is an event", async () => {
    const { stage, tokens } = await connected();
    const [connection] = (await owner().connectedApps.list()).data.filter(
      ({ client }) => client.id === stage.client.id,
    );
    expect(connection).toMatchObject({ mode: "live", scopes: ["profile:read", "tracks:read"] });
    await owner().connectedApps.revoke(connection?.id ?? "");
    await deadWithinASecond(tokens.access_token);
    await expect(oauth.refreshTokenGrant(stage.config, tokens.refresh_token)).rejects.toMatchObject({
      error: "invalid_grant",
    });
    expect(await revocations()).toContainEqual(
      expect.objectContaining({ client_id: stage.client.id, reason: "user_revoked" }),
    );
    expect((await owner().connectedApps.list()).data.map(({ client }) => client.id)).not.toContain(stage.client.id);
    await expect(owner().connectedApps.revoke(connection?.id ?? "")).rejects.toMatchObject({ status: 404 });
  });

  test("when the app's makers delete it, which the person hears of", async () => {
    const { stage, tokens } = await connected();
    await app.client(maker.sessionToken).oauthClients.delete(stage.client.id);
    await deadWithinASecond(tokens.access_token);
    expect(await revocations()).toContainEqual(
      expect.objectContaining({ client_id: stage.client.id, reason: "client_deleted" }),
    );
  });

  test("when the app gives its refresh token back", async () => {
    const { stage, tokens } = await connected();
    await oauth.tokenRevocation(stage.config, tokens.refresh_token);
    await deadWithinASecond(tokens.access_token);
    expect(await revocations()).toContainEqual(
      expect.objectContaining({ client_id: stage.client.id, reason: "app_revoked" }),
    );
  });

  test("when the app gives only its access token back; the connection stays", async () => {
    const { stage, tokens } = await connected();
    await oauth.tokenRevocation(stage.config, tokens.access_token);
    await deadWithinASecond(tokens.access_token);
    expect((await owner().connectedApps.list()).data.map(({ client }) => client.id)).toContain(stage.client.id);
  });

  test("when a scope is taken from the client, for that scope", async () => {
    const { stage, tokens } = await connected();
    await app.client(maker.sessionToken).oauthClients.update(stage.client.id, { scopes: ["tracks:read"] });
    await expect.poll(() => statuses(tokens.access_token), { timeout: 1000, interval: 20 }).toEqual([403, 403]);
  });

  test("when the account is erased, of the person and of the makers", async () => {
    const [mine, theirs] = [await connected(), await connected()];
    const erase = (account: TestAccount) =>
      app.services.db.asSystem("a test erases an account", (tx) =>
        endOauth(tx, [decodeId("acc", account.liveId) ?? ""]),
      );
    await erase(maker);
    await deadWithinASecond(mine.tokens.access_token);
    const stage = await registerApp(app, person);
    const tokens = await stage.connect(person, { scopes: ["profile:read"] });
    expect(await statuses(tokens.access_token)).toEqual([200, 200]);
    await erase(person);
    for (const { access_token: token } of [tokens, theirs.tokens]) await deadWithinASecond(token);
  });
});
