import { expect, test } from "vitest";
import type { Stage } from "./stage.ts";

/** The part of every-operation.test.ts that is about administrators, limits and entitlements. */
export function administratorOperations(stage: Stage): void {
  test("administrators: accounts, their sessions, and a record of what was done", async () => {
    const { sessionToken } = await stage.app.signUp({ admin: true });
    const { admin } = stage.app.client(sessionToken);
    const visitor = await stage.app.signUp();
    expect((await admin.listAccounts({ search: visitor.email })).data).toMatchObject([
      { id: visitor.liveId, email: visitor.email },
    ]);
    expect(await admin.getAccount(visitor.sandboxId)).toMatchObject({
      id: visitor.liveId,
      sandbox_account_id: visitor.sandboxId,
    });
    await admin.revokeAccountSessions(visitor.liveId);
    expect(await admin.getUsageStats({ group_by: "account" })).toMatchObject({ object: "usage_stats" });
    expect((await admin.getUsageTimeSeries({ account_id: visitor.liveId })).points.length).toBeGreaterThan(23);
    expect((await admin.getPlatformStatus()).usage_recorder).toMatchObject({ dropped: 0 });
    expect((await admin.listActions({ account_id: visitor.liveId })).data).toMatchObject([
      { action: "sessions.revoked", details: { sessions: 1 } },
    ]);
  });

  test("costs: what providers cost, for administrators", async () => {
    const administrator = await stage.app.signUp({ admin: true });
    const { totals, groups } = await stage.app
      .client(administrator.sessionToken)
      .admin.getCosts({ group_by: "account,plan,month" });
    expect(totals.calls).toBe(groups.reduce((sum, { calls }) => sum + calls, 0));
  });

  test("limits: where one stands, and what administrators set by hand", async () => {
    expect(
      (await stage.account.live.limits.getRateLimits({ operation_id: "listTracks" })).windows.length,
    ).toBeGreaterThan(0);
    const { admin } = stage.app.client((await stage.app.signUp({ admin: true })).sessionToken);
    const visitor = await stage.app.signUp();
    expect(await admin.updateAccountPlan(visitor.liveId, { plan: "pro" })).toEqual(
      await admin.getAccountPlan(visitor.sandboxId),
    );
    const override = await admin.putRateLimitOverride(visitor.liveId, {
      quota: { requests: 50, window_seconds: 60 },
      note: "a visitor",
    });
    expect(await admin.getRateLimitOverride(visitor.liveId)).toEqual(override);
    expect((await admin.listRateLimitOverrides({ account_id: visitor.liveId })).data).toEqual([override]);
    await admin.deleteRateLimitOverride(visitor.liveId);
  });

  test("entitlements and the subscription: what the account may do, why, and a comparison with Stripe", async () => {
    const { entitlements, billing } = stage.account.test;
    const { data } = await entitlements.list();
    expect(await entitlements.get("variants")).toEqual(data.find(({ feature }) => feature === "variants"));
    expect((await entitlements.listChanges()).data).toEqual([]);
    expect(await billing.getSubscription()).toMatchObject({ object: "subscription", status: "none" });
    const { admin } = stage.app.client((await stage.app.signUp({ admin: true })).sessionToken);
    await billing.createCheckoutSession({
      item: "basic",
      success_url: "https://app.example.com/paid",
      cancel_url: "https://app.example.com/plans",
    });
    expect(await admin.requestBillingSync(stage.account.sandboxId)).toMatchObject({
      object: "billing_sync",
      mode: "test",
    });
  });
}
