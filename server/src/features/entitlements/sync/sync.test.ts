import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../../test-kit/app.ts";
import { systemClock } from "../../../platform/clock/index.ts";
import { decodeId } from "../../../platform/ids/index.ts";
import type { CustomerState, SubscriptionState } from "../customer-state.ts";
import { createEmit } from "../../events/index.ts";
import type { Cause } from "../revise.ts";
import type { SyncMetrics } from "./metrics.ts";
import { reconcileCustomers } from "./reconcile.ts";
import { requestSync, requestSyncOfCharge } from "./request.ts";
import type { SyncDeps } from "./deps.ts";
import { billingSyncWork } from "./work.ts";
import type { SyncClaim } from "./store.ts";

/** The sync of customers with providers that the test speaks for. */
describe("sync of customers", () => {
  let app: TestApp;
  const providers = ["stripe", "other"];
  const states = new Map<string, CustomerState>();
  const accounts = new Map<string, string>();
  const results: string[] = [];
  let drifts = 0;
  let whileFetching: ((customerId: string) => Promise<void>) | null = null;
  const metrics: SyncMetrics = { result: (result) => void results.push(result), drift: () => void (drifts += 1) };
  const nothing: CustomerState = { subscriptions: [], boosts: [] };
  const day = (days: number) => new Date(Date.now() + days * 86_400_000);
  const subscribed = (more: Partial<SubscriptionState> = {}): CustomerState => ({
    subscriptions: [
      {
        id: "sub_1",
        status: "active",
        plan: "standard",
        createdAt: day(-9),
        currentPeriodStart: day(-9),
        currentPeriodEnd: day(21),
        cancelAtPeriodEnd: false,
        cancelAt: null,
        endedAt: null,
        latestPayment: null,
        ...more,
      },
    ],
    boosts: [],
  });

  let deps: SyncDeps;
  let kind: ReturnType<typeof billingSyncWork>;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    const { db } = app.services;
    deps = {
      db,
      clock: systemClock,
      metrics,
      emit: createEmit({ clock: systemClock, fanOut: null }),
      work: { enqueue: () => Promise.resolve() },
      sources: providers.map((provider) => ({
        provider,
        accountOf: ({ customerId }) => Promise.resolve(accounts.get(customerId) ?? null),
        customerOfCharge: ({ chargeId }) => Promise.resolve(accounts.has(`cus_${chargeId}`) ? `cus_${chargeId}` : null),
        async fetchState({ customerId }) {
          const state = states.get(customerId);
          await whileFetching?.(customerId);
          if (!state) throw new Error("the provider does not answer");
          return state;
        },
      })),
    };
    kind = billingSyncWork({ ...deps, leaseMs: 30_000 });
  });
  afterAll(() => app?.close());
  // What another test left to be tried again later may be due by now.
  beforeEach(() => deps.db.asSystem("a test begins", (tx) => tx.query("delete from billing_syncs")));

  const context = () => ({
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    log: app.services.log,
    delayUntil: () => {
      throw new Error("never");
    },
  });
  const event = (id: string): Cause => ({ kind: "provider_event", ids: [id] });
  const mark = (customerId: string, cause: Cause, provider = "stripe") =>
    deps.db.asSystem("a test marks", (tx) => requestSync(deps, tx, { provider, mode: "live", customerId }, cause));
  /** What a worker with several places would do. */
  async function drain(): Promise<void> {
    for (let due = await kind.due(100); due.length > 0; due = await kind.due(100))
      await Promise.all([...due, ...due].map(work));
  }
  async function work(pointer: { id: string; accountId: string }): Promise<void> {
    const claim = await kind.claim(pointer);
    if (claim) await kind.run(claim, context());
  }
  async function customer(
    state?: CustomerState,
    { provider = "stripe", account: of }: { provider?: string; account?: TestAccount } = {},
  ): Promise<{ id: string; account: TestAccount }> {
    const account = of ?? (await app.signUp());
    const id = `cus_${randomUUID()}`;
    const accountId = decodeId("acc", account.liveId) ?? "";
    accounts.set(id, accountId);
    if (state) states.set(id, state);
    await deps.db.asSystem("a test makes a customer", (tx) =>
      tx.query(
        "insert into billing_customers (account_id, provider, mode, customer_id, created_at) values ($1, $3, 'live', $2, now())",
        [accountId, id, provider],
      ),
    );
    return { id, account };
  }
  const history = async ({ live }: TestAccount) =>
    (await live.entitlements.listChanges()).data.map(({ change, plan, cause }) => [
      change,
      plan,
      cause.kind,
      ...cause.ids,
    ]);
  const rowOf = async (id: string) => {
    const [row] = await deps.db.asSystem("a test looks", (tx) =>
      tx.query<Record<string, unknown>>(
        "select due_at, cause, cause_ids, attempts, last_error, is_unknown from billing_syncs where subject = $1",
        [id],
      ),
    );
    return row;
  };

  test("the same event fifty times at once grants once", async () => {
    const { id, account } = await customer(subscribed());
    await Promise.all(Array.from({ length: 50 }, () => mark(id, event("evt_1"))));
    await Promise.all(Array.from({ length: 10 }, drain));
    expect(await history(account)).toEqual([["granted", "standard", "provider_event", "evt_1"]]);
    expect((await account.live.events.list()).data.filter(({ type }) => type === "entitlement.granted")).toHaveLength(
      1,
    );
    await expect.poll(async () => (await account.live.entitlements.list()).plan).toBe("standard");
    expect(await rowOf(id)).toMatchObject({ due_at: null, cause_ids: [] });
  });

  test("events while a customer is being looked at make it be looked at once more, each named with the look that answers it", async () => {
    const { id, account } = await customer(subscribed());
    whileFetching = async () => {
      whileFetching = null;
      states.set(id, subscribed({ plan: "pro" }));
      await mark(id, event("evt_2"));
    };
    await mark(id, event("evt_1"));
    await drain();
    expect(await history(account)).toEqual([
      ["updated", "pro", "provider_event", "evt_2"],
      ["granted", "standard", "provider_event", "evt_1"],
    ]);
  });

  test("who reads slowly and loses the customer to another writes nothing: an older state never comes last", async () => {
    const { id, account } = await customer(subscribed());
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const reading = new Promise<void>((isReading) => {
      whileFetching = (): Promise<void> => {
        whileFetching = null;
        isReading();
        return held;
      };
    });
    await mark(id, event("evt_old"));
    const [pointer] = await kind.due(1);
    const slow = work(pointer ?? { id: "", accountId: "" });
    await reading;
    states.set(id, nothing);
    await deps.db.asSystem("the slow one's lease ends", (tx) =>
      tx.query("update billing_syncs set lease_until = now() where subject = $1", [id]),
    );
    await mark(id, event("evt_new"));
    await drain();
    results.length = 0;
    letGo();
    await slow;
    expect(results).toEqual(["superseded"]);
    expect(await history(account)).toEqual([]);
    expect((await account.live.entitlements.list()).plan).toBe("free");
    expect(await rowOf(id)).toMatchObject({ due_at: null });
  });

  test("a missed event is healed by the daily comparison, which counts it; one with nothing to heal counts nothing", async () => {
    const { id, account } = await customer(subscribed());
    const { id: right } = await customer(nothing);
    drifts = 0;
    await reconcileCustomers({ ...deps, providers, log: app.services.log });
    await drain();
    expect(await history(account)).toEqual([["granted", "standard", "reconciliation"]]);
    expect([await rowOf(id), await rowOf(right)]).toMatchObject([{ due_at: null }, { due_at: null }]);
    expect(drifts).toBe(1);
    await reconcileCustomers({ ...deps, providers, log: app.services.log });
    expect(await kind.due(100)).toEqual([]);
    const tomorrow = { now: () => day(1) };
    await reconcileCustomers({ db: deps.db, providers, clock: tomorrow, log: app.services.log });
    expect(await rowOf(right)).toMatchObject({ cause: "reconciliation", due_at: expect.any(Date) });
    await deps.db.asSystem("the test goes on today", (tx) => tx.query("update billing_syncs set due_at = now()"));
    await drain();
  });

  test("while the provider does not answer nothing changes, and it is tried again later and later", async () => {
    const { id, account } = await customer(subscribed());
    await mark(id, event("evt_1"));
    await drain();
    states.delete(id);
    await mark(id, event("evt_2"));
    await drain();
    expect(await rowOf(id)).toMatchObject({ attempts: 1, last_error: "Error", cause_ids: ["evt_2"] });
    expect((await account.live.entitlements.list()).plan).toBe("standard");
    states.set(id, nothing);
    await mark(id, event("evt_3"));
    await drain();
    expect((await history(account))[0]).toEqual(["revoked", "standard", "provider_event", "evt_2", "evt_3"]);
  });

  test("a customer who is nobody here is remembered, counted, and synced once somebody is it", async () => {
    const id = `cus_${randomUUID()}`;
    states.set(id, subscribed());
    await mark(id, event("evt_early"));
    results.length = 0;
    await drain();
    expect(results).toEqual(["unknown_customer"]);
    expect(await rowOf(id)).toMatchObject({ is_unknown: true, last_error: expect.stringContaining(id) });
    const account = await app.signUp();
    accounts.set(id, decodeId("acc", account.liveId) ?? "");
    await deps.db.asSystem("time passes", (tx) =>
      tx.query("update billing_syncs set due_at = now() - interval '1 second' where subject = $1", [id]),
    );
    await drain();
    expect(await history(account)).toEqual([["granted", "standard", "provider_event", "evt_early"]]);
  });

  test("an event that only names a charge leads to its customer; one that leads to nobody is done with", async () => {
    const { id, account } = await customer(subscribed());
    const charge = async (chargeId: string) => {
      await deps.db.asSystem("a test marks a charge", (tx) =>
        requestSyncOfCharge(deps, tx, { provider: "stripe", mode: "live", chargeId }, event("evt_dispute")),
      );
      await drain();
    };
    await charge(id.slice(4));
    expect(await history(account)).toEqual([["granted", "standard", "provider_event", "evt_dispute"]]);
    await charge("ch_of_nobody");
    expect([await rowOf(id.slice(4)), await rowOf("ch_of_nobody")]).toEqual([undefined, undefined]);
  });

  test("what administrators granted stays, whatever the provider says", async () => {
    const { id, account } = await customer(subscribed());
    const admin = await app.signUp({ admin: true });
    await app.request("patch", `/v1/admin/accounts/${account.liveId}/plan`, {
      key: admin.sessionToken,
      body: { plan: "enterprise" },
    });
    for (const state of [subscribed(), nothing]) {
      states.set(id, state);
      await mark(id, event("evt_1"));
      await drain();
      await expect.poll(async () => (await account.live.entitlements.list()).source).toBe("plan_grant");
    }
    expect((await history(account)).map(([change, plan]) => [change, plan])).toEqual([
      ["revoked", "standard"],
      ["granted", "standard"],
      ["granted", "enterprise"],
    ]);
  });

  test("what one provider says replaces nothing that another gave, whichever speaks last", async () => {
    const boosts = [{ paymentIntentId: "pi_1", paidAt: day(-1), refunded: false, dispute: null }];
    const { id, account } = await customer(subscribed());
    const { id: other } = await customer({ ...subscribed({ plan: "basic" }), boosts }, { provider: "other", account });
    const held = async () => {
      const rows = await deps.db.asSystem("a test looks", (tx) =>
        tx.query<{ held: string }>(
          "select concat_ws(' ', provider, source, plan) as held from entitlements where account_id = $1 order by 1",
          [decodeId("acc", account.liveId)],
        ),
      );
      return rows.map((row) => row.held);
    };
    const look = async (provider: string, state?: CustomerState) => {
      const customerId = provider === "other" ? other : id;
      if (state) states.set(customerId, state);
      await mark(customerId, event("evt_1"), provider);
      await drain();
    };
    const ofOther = ["other boost pro", "other plan basic"];
    await look("other");
    await look("stripe");
    // The two know the subscription by the same id.
    expect(await held()).toEqual([...ofOther, "stripe plan standard"]);
    await look("stripe", nothing);
    expect(await held()).toEqual(ofOther);
    expect(await account.live.billing.getSubscription()).toMatchObject({ status: "active", plan: "basic" });
    await look("stripe", subscribed());
    expect(await account.live.billing.getSubscription()).toMatchObject({ status: "active", plan: "standard" });
    await look("other", nothing);
    expect(await held()).toEqual(["stripe plan standard"]);
  });

  test("of a provider that is not set up here nothing is looked at", async () => {
    const { id } = await customer(nothing, { provider: "gone" });
    await mark(id, event("evt_1"), "gone");
    await reconcileCustomers({ ...deps, providers, log: app.services.log });
    await drain();
    expect(await rowOf(id)).toMatchObject({ attempts: 0, cause_ids: ["evt_1"] });
  });

  test("the subscription that the account is shown is the one that matters most", async () => {
    const { id, account } = await customer({
      ...subscribed({ plan: "basic", cancelAtPeriodEnd: true }),
      boosts: [{ paymentIntentId: "pi_1", paidAt: day(-1), refunded: false, dispute: null }],
    });
    expect(await account.live.billing.getSubscription()).toMatchObject({ status: "none", plan: null, synced_at: null });
    const [ended] = subscribed({ id: "sub_0", plan: "pro", status: "canceled", endedAt: day(-2) }).subscriptions;
    const state = states.get(id);
    if (ended && state) states.set(id, { ...state, subscriptions: [ended, ...state.subscriptions] });
    await mark(id, event("evt_1"));
    await drain();
    const shown = await account.live.billing.getSubscription();
    expect(shown).toMatchObject({ status: "active", plan: "basic", ended_at: null, synced_at: expect.any(String) });
    expect(shown.cancels_at).toBe(shown.current_period_end);
    expect(Date.parse(shown.boost_ends_at ?? "")).toBeCloseTo(day(29).getTime(), -4);
  });

  test("a subscription that is paid and sells no plan, by a price nobody knows, gives nothing, and is named in the log", async () => {
    const { id, account } = await customer(subscribed({ id: "sub_of_an_old_price", plan: null }));
    await mark(id, event("evt_1"));
    await drain();
    expect((await account.live.entitlements.list()).plan).toBe("free");
    expect(app.logged()).toContain('"subscription":"sub_of_an_old_price"');
  });

  const claimOf = (claim: SyncClaim | null) => claim?.lease_token;
  test("one customer is looked at by one worker at a time", async () => {
    const { id } = await customer(nothing);
    await mark(id, event("evt_1"));
    const [pointer] = await kind.due(1);
    const claims = await Promise.all(
      Array.from({ length: 8 }, async () => claimOf(await kind.claim(pointer ?? { id: "", accountId: "" }))),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
  });
});
