import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";

const server = fileURLToPath(new URL("../../../", import.meta.url));

/** Power over all accounts: who has it, that it ends at once, and that its use is written down. */
describe("administrators of the platform", () => {
  let app: TestApp;
  let admin: TestAccount;
  let other: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    [admin, other] = [await app.signUp({ admin: true, tier: "enterprise" }), await app.signUp()];
  });
  afterAll(() => app?.close());

  /** The command line, in a process of its own. */
  const command = (...args: string[]) =>
    promisify(execFile)(process.execPath, ["--conditions=musicverse-source", "src/main.ts", "admin", ...args], {
      cwd: server,
      env: { PATH: process.env["PATH"], ...app.env },
    });

  const statusWith = async (key: string) => (await app.request("get", "/v1/admin/actions", { key })).status;
  const adminKey = async () =>
    (await app.client(admin.sessionToken).apiKeys.create({ name: "a", scopes: ["admin:read"] })).key;

  test("sessions and keys that asked for the scope may; default keys, the sandbox and everybody else may not", async () => {
    expect(await statusWith(admin.sessionToken)).toBe(200);
    expect(await statusWith(await adminKey())).toBe(200);
    for (const key of [admin.liveKey, admin.testKey, other.sessionToken, other.liveKey]) {
      const answer = await app.request("get", "/v1/admin/actions", { key });
      expect(answer).toMatchObject({ status: 403, body: { code: "insufficient_scope", required_scope: "admin:read" } });
    }
    const sandbox = await app.request("get", "/v1/admin/actions", {
      key: admin.sessionToken,
      headers: { "MusicVerse-Mode": "test" },
    });
    expect(sandbox.status).toBe(403);
  });

  test("nobody else can put the scope into a key", async () => {
    await expect(other.live.apiKeys.create({ name: "x", scopes: ["admin:read"] })).rejects.toMatchObject({
      status: 403,
      code: "insufficient_scope",
    });
    await expect(admin.test.apiKeys.create({ name: "x", scopes: ["admin:write"] })).rejects.toMatchObject({
      status: 403,
    });
  });

  test("the command line grants and revokes it, for sessions and keys that exist, within a second", async () => {
    const { email, sessionToken } = await app.signUp();
    expect(await statusWith(sessionToken)).toBe(403);
    expect((await command("grant", email.toUpperCase())).stdout).toContain("is now a platform administrator");
    await expect.poll(() => statusWith(sessionToken), { timeout: 1000 }).toBe(200);
    const { key } = await app
      .client(sessionToken)
      .apiKeys.create({ name: "mine", scopes: ["admin:read", "tracks:read"] });
    expect(await statusWith(key)).toBe(200);
    expect((await command("grant", email)).stdout).toContain("already");

    await command("revoke", email);
    await expect.poll(() => statusWith(key), { timeout: 1000 }).toBe(403);
    await expect.poll(() => statusWith(sessionToken), { timeout: 1000 }).toBe(403);
    expect((await app.request("get", "/v1/tracks", { key })).status).toBe(200);

    const { data } = await app.client(admin.sessionToken).admin.listActions({ limit: 2 });
    expect(data.map(({ action, actor }) => [action, actor.kind])).toEqual([
      ["administrator.revoked", "command_line"],
      ["administrator.granted", "command_line"],
    ]);
  });

  test("the command line says what was wrong and what to do", async () => {
    await expect(command("grant", "nobody@example.com")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("No account has the address nobody@example.com"),
    });
    await expect(command("promote", other.email)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("admin takes grant or revoke"),
    });
  });

  test("accounts are found by a part of address or name and by either id, page by page", async () => {
    const { admin: api } = app.client(admin.sessionToken);
    const found = async (search: string) => (await api.listAccounts({ search })).data.map(({ id }) => id);
    expect(await found(other.email.slice(2, 20).toUpperCase())).toEqual([other.liveId]);
    expect(await found(other.sandboxId)).toEqual([other.liveId]);
    expect(await found("100%")).toEqual([]);
    const walked: string[] = [];
    for await (const { id } of api.listAccounts({ limit: 1 })) walked.push(id);
    expect(walked).toEqual(expect.arrayContaining([admin.liveId, other.liveId]));
    expect(new Set(walked).size).toBe(walked.length);
    expect(await api.getAccount(admin.liveId)).toMatchObject({
      is_admin: true,
      email: admin.email,
      tier: "enterprise",
      sessions_count: 1,
    });
    for (const id of ["acc_01kbq5s7m8e5xv2p0t6w9r4c3d", "nonsense"])
      await expect(api.getAccount(id)).rejects.toMatchObject({ status: 404 });
  });

  test("revoking an account's sessions signs everybody out within a second and is written down with its request", async () => {
    const victim = await app.signUp();
    const answer = await app.request("delete", `/v1/admin/accounts/${victim.sandboxId}/sessions`, {
      key: admin.sessionToken,
    });
    expect(answer.status).toBe(204);
    await expect
      .poll(async () => (await app.request("get", "/v1/profile", { key: victim.sessionToken })).status, {
        timeout: 1000,
      })
      .toBe(401);
    expect((await app.request("get", "/v1/profile", { key: victim.liveKey })).status).toBe(200);
    const { data } = await app.client(admin.sessionToken).admin.listActions({ account_id: victim.liveId });
    expect(data).toMatchObject([
      {
        action: "sessions.revoked",
        details: { sessions: 1 },
        request_id: answer.headers["x-request-id"],
        actor: { kind: "session", account_id: admin.liveId },
        target: { id: victim.liveId, account_id: victim.liveId },
      },
    ]);
    const missing = await app.request("delete", "/v1/admin/accounts/acc_01kbq5s7m8e5xv2p0t6w9r4c3d/sessions", {
      key: admin.sessionToken,
    });
    expect(missing.status).toBe(404);
  });

  test("the record can be added to, but neither the server's role nor the system's can change it", async () => {
    const client = new pg.Client({ connectionString: app.database.appUrl });
    await client.connect();
    await expect(client.query("select from admin_actions")).rejects.toMatchObject({ code: "42501" });
    await client.query("set role musicverse_system");
    await expect(client.query("update admin_actions set action = 'a.b'")).rejects.toMatchObject({ code: "42501" });
    await expect(client.query("delete from admin_actions")).rejects.toMatchObject({ code: "42501" });
    await client.end();
  });
});
