import { spawn } from "node:child_process";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { bodyOf, hookedEnv, hookedSource, signed } from "../../../test-kit/hooked-plugin.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { startWorker } from "../../worker.ts";
import { createIncomingRegistry, forgetIncomingEvents, incomingEventWork } from "./index.ts";

const leaseMs = 60_000;
const hourMs = 3_600_000;
const context = {
  signal: new AbortController().signal,
  closing: new AbortController().signal,
  log: silentLogger(),
  delayUntil: (): never => expect.fail("is not delayed"),
};

/** What happens to a stored event, tried without the queue and with a clock of the test. */
describe("processing what providers sent", () => {
  let app: TestApp;
  let now: Date;
  beforeEach(async () => {
    app = await startTestApp({ env: hookedEnv, pluginSource: hookedSource, worker: false });
    now = new Date(Date.now() + 1000);
  });
  afterEach(() => app?.close());

  const send = async (body: string) =>
    expect((await app.request("post", "/hooks/hooked", signed(body))).status).toBe(202);
  const kindWith = (registry = createIncomingRegistry()) =>
    incomingEventWork({ ...app.services, clock: { now: () => now }, registry, leaseMs });
  const rows = <T extends object>(text: string) => app.services.db.asSystem("a test looks", (tx) => tx.query<T>(text));
  const leaseRunsOut = () => rows("update incoming_events set lease_until = now() where lease_until > now()");
  const row = async () => (await rows<Record<string, unknown>>("select * from incoming_events"))[0] ?? {};

  async function runDue(kind: ReturnType<typeof kindWith>) {
    const pointers = await kind.due(10);
    for (const pointer of pointers) {
      const claim = await kind.claim(pointer);
      if (claim) await kind.run(claim, context);
    }
    return pointers.length;
  }

  test("a failure undoes what was done, is tried again after growing pauses, and then given up with its reason; an administrator retries it", async () => {
    const registry = createIncomingRegistry();
    let broken = true;
    registry.on(
      "hooked",
      "invoice.paid",
      async (tx) => void (await tx.query("update incoming_events set provider_event_id = 'evt_2'")),
    );
    registry.on("hooked", "invoice.paid", async () => {
      if (broken) throw new TypeError("no such customer: customer-canary");
    });
    const kind = kindWith(registry);
    await send(bodyOf("evt_1"));
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      expect(await runDue(kind), `try ${attempt}`).toBe(1);
      const { due_at: next, provider_event_id: id } = await row();
      expect(id).toBe("evt_1");
      if (next instanceof Date) {
        pauses.push((next.getTime() - now.getTime()) / 1000);
        expect(await runDue(kind)).toBe(0);
        now = next;
      }
    }
    expect(pauses).toEqual([1, 4, 16, 64, 256, 1024, 4096, 7200, 7200]);
    expect(await row()).toMatchObject({
      status: "dead",
      attempts: 10,
      last_error: expect.stringContaining("TypeError"),
    });
    expect(JSON.stringify(await row())).not.toContain("customer-canary");
    now = new Date(now.getTime() + hourMs);
    expect(await runDue(kind)).toBe(0);

    const admin = await app.signUp({ admin: true, tier: "enterprise" });
    const { admin: api } = app.client(admin.sessionToken);
    const [dead] = (await api.listIncomingEvents({ status: "dead", plugin: "hooked" })).data;
    expect(dead).toMatchObject({ provider_event_id: "evt_1", attempts_count: 10, finished_at: expect.any(String) });
    expect(await api.retryIncomingEvent(dead?.id ?? "")).toMatchObject({ status: "pending", attempts_count: 0 });
    await expect(api.retryIncomingEvent(dead?.id ?? "")).rejects.toMatchObject({
      status: 409,
      code: "incoming_event_not_retryable",
    });
    expect((await api.listActions()).data[0]).toMatchObject({
      action: "incoming_event.retried",
      target: { id: dead?.id },
    });
    broken = false;
    expect(await runDue(kind)).toBe(1);
    expect(await row()).toMatchObject({
      status: "processed",
      provider_event_id: "evt_2",
      type: "invoice.paid",
      last_error: null,
    });
  });

  test("a retry and the record of its key are there both or neither, and the key's second call retries nothing again", async () => {
    const admin = await app.signUp({ admin: true, tier: "enterprise" });
    await send(bodyOf("evt_1"));
    await rows("update incoming_events set status = 'dead', attempts = 10, due_at = null, finished_at = now()");
    const [event] = (await app.client(admin.sessionToken).admin.listIncomingEvents()).data;
    const actions = () => rows("select from admin_actions where action = 'incoming_event.retried'");
    const retry = () =>
      app.request("post", `/v1/admin/incoming-events/${event?.id}/retry`, {
        key: admin.sessionToken,
        headers: { "Idempotency-Key": "once" },
      });
    const alter = async (how: string) => {
      const owner = new Client({ connectionString: app.database.adminUrl });
      await owner.connect();
      await owner.query(`alter table idempotency_records ${how}`).finally(() => owner.end());
    };
    await alter("add constraint broken check (false) not valid");
    expect((await retry()).status).toBe(500);
    expect(await row()).toMatchObject({ status: "dead", attempts: 10 });
    expect(await actions()).toEqual([]);
    await alter("drop constraint broken");

    expect(await retry()).toMatchObject({ status: 202, body: { status: "pending" } });
    await rows("update incoming_events set status = 'dead', due_at = null, finished_at = now()");
    expect(await retry()).toMatchObject({ status: 202, headers: { "idempotency-replayed": "true" } });
    expect(await row()).toMatchObject({ status: "dead" });
    expect(await actions()).toHaveLength(1);
  });

  test("one that its workers die of is given up after as many tries", async () => {
    let processed = 0;
    const registry = createIncomingRegistry();
    registry.on("hooked", "invoice.paid", async () => void (processed += 1));
    const kind = kindWith(registry);
    await send(bodyOf("evt_1"));
    for (let died = 0; died < 10; died += 1) {
      const [pointer] = await kind.due(1);
      expect(pointer && (await kind.claim(pointer))).not.toBeNull();
      await leaseRunsOut();
    }
    expect(await runDue(kind)).toBe(1);
    expect(await row()).toMatchObject({ status: "dead", last_error: expect.stringContaining("NEVER_ENDED") });
    expect(processed).toBe(0);
  });

  test("nobody else sees or retries them, and a malformed id is a missing one", async () => {
    const admin = await app.signUp({ admin: true });
    const other: TestAccount = await app.signUp();
    for (const key of [other.sessionToken, other.liveKey, admin.testKey]) {
      expect((await app.request("get", "/v1/admin/incoming-events", { key })).status).toBe(403);
      expect(
        (await app.request("post", "/v1/admin/incoming-events/iev_01kbq603n1e4pt7z9w5v2d8cry/retry", { key })).status,
      ).toBe(403);
    }
    for (const id of ["iev_01kbq603n1e4pt7z9w5v2d8cry", "nonsense"]) {
      expect(
        (await app.request("post", `/v1/admin/incoming-events/${id}/retry`, { key: admin.sessionToken })).status,
      ).toBe(404);
    }
  });

  test("due events are taken in the order in which they happened, not in which they came", async () => {
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    for (const [id, minutes] of [
      ["evt_second", 20],
      ["evt_third", 10],
      ["evt_first", 30],
    ] as const)
      await send(bodyOf(id, { created: at(minutes) }));
    const seen: string[] = [];
    const registry = createIncomingRegistry();
    registry.on("hooked", "invoice.paid", async (_tx, { providerEventId }) => void seen.push(providerEventId));
    await runDue(kindWith(registry));
    expect(seen).toEqual(["evt_first", "evt_second", "evt_third"]);
  });

  test("one that nobody subscribed to, and one that the plugin passes over, are done", async () => {
    await send(bodyOf("evt_1", { type: "nobody.listens" }));
    await send(bodyOf("evt_2", { type: "unknown.thing" }));
    await runDue(kindWith());
    expect(await rows("select provider_event_id, type, status from incoming_events order by 1")).toEqual([
      { provider_event_id: "evt_1", type: "nobody.listens", status: "processed" },
      { provider_event_id: "evt_2", type: null, status: "processed" },
    ]);
  });

  test("two workers never process one at once, and one whose lease is lost has no effect any more", async () => {
    const registry = createIncomingRegistry();
    const effects: string[] = [];
    registry.on("hooked", "invoice.paid", async (_tx, { providerEventId }) => void effects.push(providerEventId));
    const kind = kindWith(registry);
    await send(bodyOf("evt_1"));
    const [pointer] = await kind.due(1);
    if (!pointer) return expect.fail("nothing is due");
    const claims = await Promise.all([kind.claim(pointer), kind.claim(pointer), kind.claim(pointer)]);
    const [slow] = claims.filter((claim) => claim !== null);
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    // However wrong a worker's own clock is.
    const ahead = incomingEventWork({
      ...app.services,
      clock: { now: () => new Date(now.getTime() + hourMs) },
      registry,
      leaseMs,
    });
    expect([await ahead.due(10), await ahead.claim(pointer)]).toEqual([[], null]);
    expect(await ahead.renew?.(slow as NonNullable<typeof slow>)).toBe(true);
    expect(await ahead.claim(pointer)).toBeNull();
    await leaseRunsOut();
    await runDue(kind);
    if (slow) await kind.run(slow, context);
    expect(effects).toEqual(["evt_1"]);
    expect(await row()).toMatchObject({ status: "processed", attempts: 2 });
  });

  test("finished ones are forgotten after 30 days, pending ones never", async () => {
    await send(bodyOf("evt_old"));
    await runDue(kindWith());
    await send(bodyOf("evt_pending"));
    await rows("update incoming_events set received_at = received_at - interval '31 days'");
    await send(bodyOf("evt_new"));
    await forgetIncomingEvents(app.services);
    expect(await rows("select provider_event_id from incoming_events order by 1")).toEqual([
      { provider_event_id: "evt_new" },
      { provider_event_id: "evt_pending" },
    ]);
  });

  test("kill -9 of the worker in the middle of it: another one does it, once", async () => {
    const script = join(import.meta.dirname, "hanging-worker.fixture.ts");
    const child = spawn(process.execPath, ["--conditions=musicverse-source", script], {
      env: { PATH: process.env["PATH"], ...app.env },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => void (output += chunk.toString()));
    await send(bodyOf("evt_1"));
    await expect.poll(() => output, { timeout: 20_000 }).toContain("processing evt_1");
    child.kill("SIGKILL");

    const seen: string[] = [];
    const incoming = createIncomingRegistry();
    incoming.on("hooked", "invoice.paid", async (_tx, { providerEventId }) => void seen.push(providerEventId));
    const worker = await startWorker(app.services, app.shared, { incoming });
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual(["evt_1"]);
    await expect.poll(async () => (await row())["status"], { timeout: 10_000 }).toBe("processed");
    await worker.close();
  });
});
