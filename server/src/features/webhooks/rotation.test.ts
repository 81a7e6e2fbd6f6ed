import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCursors } from "../../platform/http/cursor.ts";
import { caller } from "./call.fixture.ts";
import { plainKeyRing } from "./key-ring.fixture.ts";
import { pythonLibrary, verifyInPython } from "./python-library.fixture.ts";
import { startReceiver, verify, type Received, type Receiver } from "./receiver.fixture.ts";
import { webhooksRoutes } from "./routes.ts";
import { createWorld, type World } from "./world.fixture.ts";

const python = await pythonLibrary();
if (python.missing !== undefined) console.log(`skipped: ${python.missing}`);

let world: World;
let receiver: Receiver;
let routes: ReturnType<typeof webhooksRoutes>;
let call: ReturnType<typeof caller>;
let webhook: { id: string; secret: string };

beforeEach(async () => {
  [world, receiver] = await Promise.all([createWorld(), startReceiver()]);
  const cursors = createCursors([{ key: randomBytes(32) }]);
  const { db, clock, work } = world;
  routes = webhooksRoutes({ db, clock, work, cursors, keyRing: plainKeyRing, policy: { allowLoopback: true } });
  call = caller(db);
  const { body } = await call(routes.createWebhook, { accountId: world.accountId, body: { url: receiver.url } });
  webhook = body as typeof webhook;
  await drain();
});
afterEach(() => Promise.all([world.close(), receiver.close()]));

const at = () => ({ accountId: world.accountId, path: { webhook_id: webhook.id } });
const rotate = async (body: Record<string, unknown>) =>
  (await call(routes.rotateWebhookSecret, { ...at(), body })).body as { secret: string } & Record<string, unknown>;
const drain = async () => {
  for (const pointer of await world.kind.due(100)) await world.drain(pointer);
};
const next = async (): Promise<Received> => {
  await call(routes.testWebhook, { ...at(), body: {} });
  await drain();
  const received = receiver.received.at(-1);
  if (received === undefined) throw new Error("nothing was received");
  return received;
};
const signatures = (received: Received) => String(received.headers["webhook-signature"]).split(" ");

test("for a day both secrets sign and either verifies, then only the new one signs", async () => {
  const { secret, previous_secret_ends_at: endsAt } = await rotate({});
  expect(secret).not.toBe(webhook.secret);
  expect(new Date(String(endsAt)).getTime()).toBe(world.clock.now().getTime() + 86_400_000);
  const during = await next();
  for (const key of [secret, webhook.secret]) expect(verify(key, during)).toMatchObject({ type: "webhook.test" });
  world.advance(86_399_000);
  expect(signatures(await next())).toHaveLength(2);
  world.advance(1_000);
  expect(signatures(await next())).toHaveLength(1);
});

test.each([[3_600], [604_800]])(
  "an overlap of %i s ends on the millisecond, and the object says when",
  async (seconds) => {
    const { secret, previous_secret_ends_at: endsAt } = await rotate({ overlap_seconds: seconds });
    const before = await next();
    for (const key of [secret, webhook.secret]) expect(verify(key, before)).toMatchObject({ type: "webhook.test" });
    expect((await call(routes.getWebhook, at())).body).toMatchObject({ previous_secret_ends_at: endsAt });

    world.advance(seconds * 1_000);
    expect((await call(routes.getWebhook, at())).body).toMatchObject({ previous_secret_ends_at: null });
    const after = await next();
    expect(signatures(after)).toHaveLength(1);
  },
);

test("with an overlap of 0 the old secret ends at once", async () => {
  const { secret, previous_secret_ends_at: endsAt } = await rotate({ overlap_seconds: 0 });
  expect(endsAt).toBeNull();
  const received = await next();
  expect(signatures(received)).toHaveLength(1);
  expect(verify(secret, received)).toMatchObject({ type: "webhook.test" });
  expect(() => verify(webhook.secret, received)).toThrow("No matching signature found");
});

test("a second rotation within the overlap keeps the two newest secrets", async () => {
  const { secret: second } = await rotate({});
  const { secret: third } = await rotate({});
  const received = await next();
  for (const key of [second, third]) expect(verify(key, received)).toMatchObject({ type: "webhook.test" });
  expect(() => verify(webhook.secret, received)).toThrow("No matching signature found");
});

test("a drain with the old secret in its hands leaves what it did not send to one with both", async () => {
  const claim = await world.kind.claim({ id: world.enqueued.at(-1)?.id ?? "", accountId: world.accountId });
  await rotate({});
  expect(claim && (await world.kind.renew?.(claim))).toBe(false);
});

test("the log shows neither secret and no signature to replay, and a deleted endpoint forgets both", async () => {
  const { secret } = await rotate({});
  await next();
  const { body } = await call(routes.listWebhookDeliveries, at());
  const [newest] = body["data"] as { id: string }[];
  const path = { ...at().path, delivery_id: String(newest?.id) };
  const detail = JSON.stringify(await call(routes.getWebhookDelivery, { ...at(), path }));
  expect(detail).toMatch(/"webhook-signature":"v1,.{8}… v1,.{8}…"/);
  for (const one of [secret, webhook.secret]) expect(detail).not.toContain(one);
  await call(routes.deleteWebhook, at());
  const rows = await world.db.withTenant(world.accountId, (tx) =>
    tx.query("select secret, previous_secret from webhooks where deleted_at is not null"),
  );
  expect(rows).toEqual([{ secret: "", previous_secret: null }]);
});

test.skipIf(python.missing !== undefined)(
  "the standard's Python library verifies a delivery, with both secrets of an overlap",
  async () => {
    const plain = await next();
    const { secret } = await rotate({});
    const both = await next();
    const results = await verifyInPython(python.executable ?? "", [
      { secret: webhook.secret, received: plain },
      { secret: webhook.secret, received: both },
      { secret, received: both },
      { secret, received: plain },
      { secret, received: { ...both, body: both.body.replace("webhook.test", "webhook.tset") } },
    ]);
    expect(results).toEqual(["ok", "ok", "ok", "WebhookVerificationError", "WebhookVerificationError"]);
  },
  60_000,
);
