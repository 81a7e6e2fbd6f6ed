import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import type { Clock } from "../../platform/clock/index.ts";
import { createEmit } from "../events/index.ts";
import { expireEntitlements } from "./index.ts";

/** What administrators grant, as the account sees it. */
describe("entitlements", () => {
  let app: TestApp;
  let admin: TestAccount;
  let moved = 0;
  const clock: Clock = { now: () => new Date(Date.now() + moved) };
  const deps = () => ({ db: app.services.db, clock, emit: createEmit({ clock, fanOut: null }) });
  beforeAll(async () => {
    app = await startTestApp({ worker: false, clock });
    admin = await app.signUp({ admin: true });
  });
  afterAll(() => app?.close());

  const patch = (id: string, body: object) =>
    app.request("patch", `/v1/admin/accounts/${id}/plan`, { key: admin.sessionToken, body });
  const history = async ({ live }: TestAccount) =>
    (await live.entitlements.listChanges({ limit: 100 })).data.map(({ change, source, plan, version, cause }) => [
      change,
      source,
      plan,
      version,
      cause.kind,
    ]);
  const events = async ({ live }: TestAccount) =>
    (await live.events.list({ limit: 100 })).data
      .filter(({ type }) => type.startsWith("entitlement."))
      .map(({ type }) => type);
  const soon = async (read: () => Promise<unknown>, value: object) => {
    await expect.poll(read).toMatchObject(value);
  };

  test("a new account may what the free plan allows, feature by feature", async () => {
    const { live, test: sandbox } = await app.signUp();
    const list = await live.entitlements.list();
    expect(list).toMatchObject({ plan: "free", source: "default", expires_at: null, version: 0 });
    expect(list.data.map(({ feature, allowed, limit, period }) => [feature, allowed, limit, period])).toEqual([
      ["generations", true, 5, "month"],
      ["variants", true, 1, null],
      ["targeted_regeneration", true, null, null],
      ["full_regeneration", false, null, null],
      ["concurrency", true, 1, null],
      ["api_requests", true, 10, "hour"],
    ]);
    expect(await live.entitlements.get("full_regeneration")).toMatchObject({ allowed: false, reason: "not_in_plan" });
    // Simulators cost nothing: a sandbox that bought nothing is not held up by the plan's numbers.
    const { limit } = await sandbox.entitlements.get("generations");
    expect(limit).toBeGreaterThan(1000);
    for (const feature of ["teleport", "constructor"])
      await expect(live.entitlements.get(feature)).rejects.toMatchObject({ status: 404 });
  });

  test("a grant counts within a second, also in the sandbox, and is in the history with the request that gave it", async () => {
    const account = await app.signUp();
    const { live, test: sandbox, liveId } = account;
    expect((await live.entitlements.list()).plan).toBe("free");
    const answer = await patch(liveId, { plan: "standard" });
    await soon(() => live.entitlements.get("full_regeneration"), {
      allowed: true,
      limit: 30,
      period: "month",
      plan: "standard",
      source: "plan_grant",
      version: 1,
    });
    await soon(() => sandbox.entitlements.get("variants"), { plan: "standard", source: "plan_grant", version: 1 });
    const [change] = (await live.entitlements.listChanges()).data;
    expect(change).toMatchObject({
      change: "granted",
      reference: "grant",
      cause: { kind: "administrator", ids: [answer.headers["x-request-id"]] },
    });
    await patch(liveId, { plan: "standard" });
    expect(await history(account)).toHaveLength(1);
    await patch(liveId, { plan: "free" });
    await soon(() => live.entitlements.list(), { plan: "free", source: "default", version: 2 });
    expect(await history(account)).toEqual([
      ["revoked", "plan_grant", "standard", 2, "administrator"],
      ["granted", "plan_grant", "standard", 1, "administrator"],
    ]);
  });

  test("what ends, ends on time without anybody's doing, and is written down once", async () => {
    const account = await app.signUp({ tier: "enterprise" });
    const { live, liveId } = account;
    await patch(liveId, { plan: "basic", boost_expires_at: new Date(clock.now().getTime() + 3_600_000).toISOString() });
    await soon(() => live.entitlements.list(), { plan: "pro", source: "boost_grant" });
    moved += 3_600_001;
    expect(await live.entitlements.list()).toMatchObject({ plan: "basic", source: "plan_grant", expires_at: null });
    expect(await app.client(admin.sessionToken).admin.getAccountPlan(liveId)).toMatchObject({
      plan: "basic",
      effective_plan: "basic",
      boost_expires_at: null,
    });
    await Promise.all(Array.from({ length: 8 }, () => expireEntitlements(deps())));
    const expired = ["expired", "boost_grant", "pro", 3, "expiry"];
    expect((await history(account))[0]).toEqual(expired);
    expect((await history(account)).filter(([change]) => change === "expired")).toEqual([expired]);
    expect(await events(account)).toEqual(["entitlement.expired", "entitlement.granted", "entitlement.updated"]);
    await soon(() => live.entitlements.list(), { plan: "basic", version: 3 });
  });

  test("two administrators at once both have their effect, one after the other", async () => {
    const account = await app.signUp({ tier: "enterprise" });
    const until = new Date(clock.now().getTime() + 3_600_000).toISOString();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        patch(account.liveId, index % 2 ? { plan: "pro" } : { boost_expires_at: until }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const changes = (await history(account)).map(([change, source]) => `${String(change)} ${String(source)}`);
    expect(changes.toSorted((a, b) => a.localeCompare(b))).toEqual([
      "granted boost_grant",
      "granted plan_grant",
      "updated plan_grant",
    ]);
  });

  test("the history can be added to, but nobody can change it, not even the system's role", async () => {
    const { liveId } = await app.signUp({ tier: "pro" });
    expect(liveId).toMatch(/^acc_/);
    const client = new pg.Client({ connectionString: app.database.appUrl });
    await client.connect();
    for (const role of ["musicverse_app", "musicverse_system"]) {
      await client.query(`set role ${role}`);
      await expect(client.query("update entitlement_changes set plan = 'pro'")).rejects.toMatchObject({
        code: "42501",
      });
      await expect(client.query("delete from entitlement_changes")).rejects.toMatchObject({ code: "42501" });
    }
    await client.end();
  });
});
