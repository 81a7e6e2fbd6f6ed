import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventTypes } from "../../generated/events.ts";
import { createCursors } from "../../platform/http/cursor.ts";
import { caller } from "./call.fixture.ts";
import { plainKeyRing } from "./key-ring.fixture.ts";
import { startReceiver, verify, type Receiver } from "./receiver.fixture.ts";
import { webhooksRoutes } from "./routes.ts";
import { createWorld, type World } from "./world.fixture.ts";

let world: World;
let receiver: Receiver;
let routes: ReturnType<typeof webhooksRoutes>;
let call: ReturnType<typeof caller>;
let accountId: string;

beforeAll(async () => {
  [world, receiver] = await Promise.all([createWorld(), startReceiver()]);
  const cursors = createCursors([{ key: randomBytes(32) }]);
  const { db, clock, work } = world;
  routes = webhooksRoutes({ db, clock, work, cursors, keyRing: plainKeyRing, policy: { allowLoopback: true } });
  call = caller(db);
});
beforeEach(async () => {
  accountId = await world.createAccount();
  receiver.received.length = 0;
  receiver.answer((response) => void response.end());
});
afterAll(() => Promise.all([world.close(), receiver.close()]));

const create = async (body: Record<string, unknown> = {}) => {
  const result = await call(routes.createWebhook, { accountId, body: { url: receiver.url, ...body } });
  return result.body as { id: string; secret: string } & Record<string, unknown>;
};
const due = async () => (await world.kind.due(1_000)).filter((pointer) => pointer.accountId === accountId);
const drainAll = async () => {
  for (const pointer of await due()) {
    const claim = await world.kind.claim(pointer);
    if (claim !== null) await world.kind.run(claim, runContext);
  }
};
const runContext = {
  signal: new AbortController().signal,
  closing: new AbortController().signal,
  log: undefined as never,
  delayUntil: undefined as never,
};
const at = (webhook: { id: unknown }, extra: Record<string, string> = {}) => ({
  accountId,
  path: { webhook_id: String(webhook.id), ...extra },
});
const list = async (webhook: { id: unknown }, query: Record<string, unknown>) =>
  (await call(routes.listWebhookDeliveries, { ...at(webhook), query })).body;
const deliveriesOf = async (webhook: { id: unknown }, query: Record<string, unknown> = {}) => {
  const body = await list(webhook, query);
  return body["data"] as ({ id: string } & Record<string, unknown>)[];
};

test("creation shows the secret once and sends a signed test event to the new endpoint only", async () => {
  const older = await create();
  await drainAll();
  receiver.received.length = 0;
  const webhook = await create({ event_types: ["track.created"], description: "first" });
  expect(webhook).toMatchObject({ object: "webhook", status: "enabled", url: receiver.url, description: "first" });
  await drainAll();

  const [received] = receiver.received;
  if (received === undefined) throw new Error("nothing was received");
  expect(receiver.received.length).toBe(1);
  expect(verify(webhook.secret, received)).toMatchObject({ type: "webhook.test", data: { webhook_id: webhook.id } });
  expect((await deliveriesOf(older)).length).toBe(1);
  const got = await call(routes.getWebhook, at(webhook));
  expect(got.body).not.toHaveProperty("secret");
  const { body } = await call(routes.listWebhooks, { accountId });
  expect((body["data"] as unknown[]).length).toBe(2);
});

test("the secret is stored sealed for its own row", async () => {
  const { secret } = await create();
  const rows = await world.db.withTenant(accountId, (tx) =>
    tx.query<{ id: string; secret: string }>("select id, secret from webhooks"),
  );
  expect(rows.map((row) => row.secret)).toEqual([`${accountId}|webhook|${rows[0]?.id}|secret ${secret}`]);
});

test.each([
  ["javascript:alert(1)", "scheme_not_allowed"],
  ["https://10.0.0.1/", "private_address"],
  ["http://example.com/", "scheme_not_allowed"],
  ["https://example.com:25/", "port_not_allowed"],
])("%s is refused at creation and at update, naming the field, and nothing is stored", async (url, code) => {
  const problem = { code: "validation_failed", options: { errors: [{ path: "/body/url", code }] } };
  await expect(create({ url })).rejects.toMatchObject(problem);
  expect((await call(routes.listWebhooks, { accountId })).body["data"]).toEqual([]);
  const webhook = await create();
  await expect(call(routes.updateWebhook, { ...at(webhook), body: { url } })).rejects.toMatchObject(problem);
});

test("an account has at most 50 endpoints, also when they are created at once", async () => {
  const results = await Promise.allSettled(Array.from({ length: 54 }, () => create()));
  expect(results.filter(({ status }) => status === "fulfilled").length).toBe(50);
  await expect(create()).rejects.toMatchObject({ code: "webhook_limit_reached" });
});

test("an update changes what is named, clears what is null and leaves the rest", async () => {
  const webhook = await create({ description: "first", event_types: ["track.created"] });
  const patch = async (body: Record<string, unknown>) =>
    (await call(routes.updateWebhook, { ...at(webhook), body })).body;
  const paused = { description: "first", event_types: ["track.created"], status: "paused" };
  expect(await patch({ status: "paused" })).toMatchObject(paused);
  expect(await patch({ description: null })).toMatchObject({ ...paused, description: null });
  const url = `${receiver.url}&v=2`;
  expect(await patch({ event_types: null, url })).toMatchObject({ event_types: null, url, status: "paused" });
});

test("a paused endpoint keeps its events and gets them when it is enabled again", async () => {
  const webhook = await create();
  await drainAll();
  await call(routes.updateWebhook, { ...at(webhook), body: { status: "paused" } });
  await world.db.withTenant(accountId, (tx) =>
    world.emit(tx, { type: "track.deleted", data: { object: "track", id: "trk_1", deleted: true } }),
  );
  await drainAll();
  expect(receiver.received.length).toBe(1);
  await call(routes.updateWebhook, { ...at(webhook), body: { status: "enabled" } });
  await drainAll();
  expect(receiver.received.length).toBe(2);
});

test("a deleted endpoint is gone, its pending deliveries are canceled, and its secret and its URL are forgotten", async () => {
  const webhook = await create({ description: "with a token in its URL" });
  expect((await call(routes.deleteWebhook, at(webhook))).status).toBe(204);
  await expect(call(routes.getWebhook, at(webhook))).rejects.toMatchObject({ code: "not_found" });
  await expect(call(routes.deleteWebhook, at(webhook))).rejects.toMatchObject({ code: "not_found" });
  const rows = await world.db.withTenant(accountId, (tx) =>
    tx.query(
      "select d.status, w.secret, w.url, w.description from webhook_deliveries d join webhooks w on w.id = d.webhook_id",
    ),
  );
  expect(rows).toEqual([{ status: "canceled", secret: "", url: "", description: null }]);
});

test("a delivery that was committed after its endpoint's deletion is canceled, not stuck", async () => {
  const webhook = await create();
  await call(routes.deleteWebhook, at(webhook));
  await world.db.withTenant(accountId, (tx) =>
    tx.query("update webhook_deliveries set status = 'pending', next_attempt_at = now(), finished_at = null"),
  );
  await drainAll();
  expect(receiver.received).toEqual([]);
  const [row] = await world.db.withTenant(accountId, (tx) => tx.query("select status from webhook_deliveries"));
  expect(row).toEqual({ status: "canceled" });
  expect(await due()).toEqual([]);
});

test.each(eventTypes)("a sample of %s can be sent, whatever the endpoint subscribes to", async (type) => {
  const webhook = await create({ event_types: ["track.deleted"] });
  await drainAll();
  const { status, body } = await call(routes.testWebhook, { ...at(webhook), body: { type } });
  expect(status).toBe(202);
  expect(body).toMatchObject({ object: "event", type });
  await drainAll();
  const received = receiver.received.at(-1);
  expect(received && verify(webhook.secret, received)).toMatchObject({ id: body["id"], type, data: body["data"] });
});

describe("the delivery log", () => {
  test("a failed delivery shows each attempt, is retried by hand at once, and keeps its id", async () => {
    const webhook = await create();
    receiver.answer((response) => response.writeHead(410).end("gone"));
    await drainAll();
    const [delivery] = await deliveriesOf(webhook);
    expect(delivery).toMatchObject({ status: "failed", attempts_count: 1, last_error: "status_410" });
    const path = at(webhook, { delivery_id: String(delivery?.id) });
    await expect(call(routes.retryWebhookDelivery, path)).rejects.toMatchObject({ code: "delivery_not_retryable" });

    receiver.answer((response) => void response.end("fine"));
    const revived = await call(routes.updateWebhook, { ...at(webhook), body: { status: "enabled" } });
    expect(revived.body).toMatchObject({ status: "enabled", disabled_reason: null });
    const retried = await call(routes.retryWebhookDelivery, path);
    expect(retried).toMatchObject({ status: 202, body: { status: "pending", finished_at: null } });
    await expect(call(routes.retryWebhookDelivery, path)).rejects.toMatchObject({ code: "delivery_not_retryable" });
    await drainAll();

    const { body } = await call(routes.getWebhookDelivery, path);
    expect(body).toMatchObject({
      status: "succeeded",
      request: { body: receiver.received[0]?.body, headers: { "webhook-id": delivery?.["event_id"] } },
      attempts: [
        { number: 1, status_code: 410, error: "status_410", response_body: "gone" },
        { number: 2, status_code: 200, error: null, response_body: "fine" },
      ],
    });
    expect(receiver.received[0]?.body).toBe(receiver.received[1]?.body);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  test("it can be filtered by status, type and time, and walked page by page", async () => {
    const webhook = await create();
    await drainAll();
    const since = new Date(world.clock.now().getTime() + 1).toISOString();
    world.advance(1_000);
    for (let count = 0; count < 5; count += 1) {
      await call(routes.testWebhook, { ...at(webhook), body: { type: "track.created" } });
    }
    expect((await deliveriesOf(webhook)).length).toBe(6);
    expect((await deliveriesOf(webhook, { status: "pending" })).length).toBe(5);
    expect((await deliveriesOf(webhook, { event_type: "webhook.test" })).length).toBe(1);
    expect((await deliveriesOf(webhook, { since })).length).toBe(5);
    expect((await deliveriesOf(webhook, { until: since })).length).toBe(1);

    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const body = await list(webhook, { limit: 2, cursor });
      seen.push(...(body["data"] as { id: string }[]).map(({ id }) => id));
      if (body["has_more"] !== true) break;
      cursor = String(body["next_cursor"]);
    }
    expect(seen).toEqual((await deliveriesOf(webhook)).map(({ id }) => id));
  });
});

test("another account finds none of it, and a malformed id is as missing", async () => {
  const webhook = await create();
  const [delivery] = await deliveriesOf(webhook);
  const owner = accountId;
  accountId = await world.createAccount();
  const foreign = at(webhook, { delivery_id: String(delivery?.id) });
  const malformed = { accountId: owner, path: { webhook_id: "whk_x", delivery_id: "dlv_x" } };
  for (const path of [foreign, malformed]) {
    const calls = [
      call(routes.getWebhook, path),
      call(routes.updateWebhook, { ...path, body: { status: "paused" } }),
      call(routes.deleteWebhook, path),
      call(routes.testWebhook, path),
      call(routes.listWebhookDeliveries, path),
      call(routes.getWebhookDelivery, path),
      call(routes.retryWebhookDelivery, path),
    ];
    const results = await Promise.allSettled(calls);
    const missing = { status: "rejected", reason: { code: "not_found" } };
    expect(results).toMatchObject(calls.map(() => missing));
  }
  accountId = owner;
  expect((await call(routes.getWebhook, at(webhook))).body).toMatchObject({ status: "enabled" });
});
