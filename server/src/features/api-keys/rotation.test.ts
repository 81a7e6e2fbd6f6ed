import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { startProcess } from "../../../test-kit/process.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { rotationReminderWork } from "./index.ts";

let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  app = await startTestApp({ worker: false });
  account = await app.signUp();
});
afterAll(() => app?.close());

const status = async (key: string) => (await app.request("get", "/v1/profile", { key })).status;
const ends = (key: string) => expect.poll(() => status(key), { timeout: 1000, interval: 20 }).toBe(401);
const create = () =>
  account.test.apiKeys.create({ name: "k", scopes: ["api_keys:read", "api_keys:write", "profile:read"] });
const rotate = (key: string, id: string, body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  app.request("post", `/v1/api-keys/${id}/rotate`, { key, body, headers });
const system = <T extends object>(text: string, values: unknown[]) =>
  app.services.db.asSystem("look in a test", (tx) => tx.query<T>(text, values));

test("a rotated key keeps what it is; both secrets work until the grace ends, and it says so", async () => {
  const old = await create();
  const rotated = await account.test.apiKeys.rotate(old.id, { grace_seconds: 604_800 });
  expect(rotated).toMatchObject({
    id: old.id,
    name: "k",
    scopes: old.scopes,
    created_at: old.created_at,
    previous_last4: old.key.slice(-4),
  });
  expect(rotated.key).not.toBe(old.key);
  expect(rotated.hint).toBe(`amv_test_...${rotated.key.slice(-4)}`);
  const graceMs = Date.parse(rotated.previous_expires_at ?? "") - Date.now();
  expect(graceMs).toBeGreaterThan(604_700_000);
  expect(graceMs).toBeLessThanOrEqual(604_800_000);
  expect([await status(old.key), await status(rotated.key)]).toEqual([200, 200]);
  const { key: _secret, ...shown } = rotated;
  expect(await account.test.apiKeys.get(old.id)).toMatchObject({ ...shown, last_used_at: null, last_used_ip: null });

  await system("update api_keys set previous_expires_at = now() where id = $1", [decodeId("key", old.id)]);
  await system("select pg_notify('credentials', previous_public_id) from api_keys where id = $1", [
    decodeId("key", old.id),
  ]);
  await ends(old.key);
  expect(await status(rotated.key)).toBe(200);
  expect(await account.test.apiKeys.get(old.id)).toMatchObject({ previous_last4: null, previous_expires_at: null });
});

test("the grace is a day when nothing is said, and ends on time though both secrets are cached", async () => {
  const old = await create();
  const body = (await rotate(account.testKey, old.id)).body;
  expect(Date.parse(String(body["previous_expires_at"])) - Date.now()).toBeGreaterThan(86_390_000);
  await rotate(account.testKey, old.id, { grace_seconds: 0 });
  const { key } = await account.test.apiKeys.rotate(old.id, { grace_seconds: 1 });
  const before = Date.now();
  await expect.poll(() => status(String(body["key"])), { timeout: 500 }).toBe(401);
  const again = await account.test.apiKeys.rotate(old.id, { grace_seconds: 1 });
  expect(await status(key)).toBe(200);
  await expect.poll(() => status(key), { timeout: 3000, interval: 50 }).toBe(401);
  expect(Date.now() - before).toBeGreaterThan(950);
  expect(await status(again.key)).toBe(200);
});

test("without grace the old secret ends within a second", async () => {
  const old = await create();
  expect(await status(old.key)).toBe(200);
  const rotated = await account.test.apiKeys.rotate(old.id, { grace_seconds: 0 });
  await ends(old.key);
  expect(rotated).toMatchObject({ previous_last4: null, previous_expires_at: null });
  expect(await status(rotated.key)).toBe(200);
});

test("rotating again within the grace ends the oldest secret at once: a key never has three", async () => {
  const first = await create();
  const second = await account.test.apiKeys.rotate(first.id, { grace_seconds: 600 });
  expect(await status(first.key)).toBe(200);
  const third = await account.test.apiKeys.rotate(first.id, { grace_seconds: 600 });
  await ends(first.key);
  expect([await status(second.key), await status(third.key)]).toEqual([200, 200]);
  expect(third.previous_last4).toBe(second.key.slice(-4));
});

test("the same Idempotency-Key gives the same new secret and rotates once", async () => {
  const old = await create();
  const headers = { "Idempotency-Key": `rotate-${old.id}` };
  const [first, again] = [
    await rotate(account.testKey, old.id, {}, headers),
    await rotate(account.testKey, old.id, {}, headers),
  ];
  expect(again).toMatchObject({ status: 200, headers: { "idempotency-replayed": "true" }, body: first.body });
  expect([await status(old.key), await status(String(first.body["key"]))]).toEqual([200, 200]);
});

test("a secret in its grace neither rotates its key nor makes anything that outlives the grace", async () => {
  const old = await create();
  const rotated = await account.test.apiKeys.rotate(old.id, { grace_seconds: 600 });
  expect(await rotate(old.key, old.id)).toMatchObject({ status: 403, body: { code: "key_exceeds_caller" } });
  const child = await app.request("post", "/v1/api-keys", { key: old.key, body: { name: "child" } });
  expect(child).toMatchObject({ status: 201, body: { expires_at: rotated.previous_expires_at } });
  const lasting = await app.request("post", "/v1/api-keys", {
    key: old.key,
    body: { name: "child", expires_at: null },
  });
  expect(lasting).toMatchObject({ status: 403, body: { code: "key_exceeds_caller" } });
});

test("a rotation is an event with the key and without its secrets", async () => {
  const old = await create();
  const rotated = await account.test.apiKeys.rotate(old.id);
  const { data } = await account.test.events.list({ type: "api_key.rotated" });
  expect(data[0]).toMatchObject({ type: "api_key.rotated", data: { id: old.id, previous_last4: old.key.slice(-4) } });
  for (const secret of [old.key, rotated.key]) expect(JSON.stringify(data)).not.toContain(secret);
});

test.each([-1, 604_801, 1.5, "60"])("grace_seconds %s is 400 and changes nothing", async (grace) => {
  const key = await create();
  const answer = await rotate(account.testKey, key.id, { grace_seconds: grace });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: "/body/grace_seconds" }] } });
  expect((await account.test.apiKeys.get(key.id)).hint).toBe(key.hint);
});

/** As if the key had got its secret that long ago. */
async function age(id: string, days: number): Promise<void> {
  await system(
    `update api_keys set secret_created_at = now() - make_interval(days => $2), reminder_due_at = now() - make_interval(days => $2) + interval '90 days'
      where id = $1`,
    [decodeId("key", id), days],
  );
}

test("two workers remind of a secret that is 90 days old once, by event and by mail, and again after 30 days", async () => {
  const owner = await app.signUp();
  const { apiKeys, events } = owner.test;
  const [old, young, revoked, expired] = await Promise.all(
    ["old", "young", "revoked", "expired"].map((name) => apiKeys.create({ name })),
  );
  if (!old || !young || !revoked || !expired) throw new Error("unreachable");
  await apiKeys.revoke(revoked.id);
  await system("update api_keys set expires_at = now() - interval '1 s' where id = $1", [decodeId("key", expired.id)]);
  const reminders = async () =>
    (await events.list({ type: "api_key.rotation_due" })).data.map(({ data }) => (data as { name: string }).name);
  const mails = async () =>
    (
      await system<{ count: number }>("select count(*)::int as count from mails where account_id = $1", [
        decodeId("acc", owner.sandboxId),
      ])
    )[0]?.count;
  const dueIn = async (id: string) =>
    (
      await system<{ days: number }>(
        "select (extract(epoch from reminder_due_at - now()) / 86400)::float as days from api_keys where id = $1",
        [decodeId("key", id)],
      )
    )[0]?.days ?? 0;

  const workers = await Promise.all([startProcess("worker", app.env), startProcess("worker", app.env)]);
  try {
    await age(young.id, 89);
    for (const { id } of [revoked, expired, old]) await age(id, 90);
    await expect.poll(reminders, { timeout: 10_000 }).toEqual(["old"]);
    // Looked at, and put off without a word: nothing is due any more.
    await expect.poll(() => dueIn(expired.id), { timeout: 10_000 }).toBeGreaterThan(29);
    expect(await dueIn(old.id)).toBeGreaterThan(29);
    expect(Date.parse((await apiKeys.get(old.id)).rotation_due_at ?? "")).toBeLessThanOrEqual(Date.now());

    await age(old.id, 121);
    await expect.poll(reminders, { timeout: 10_000 }).toEqual(["old", "old"]);
    expect(await mails()).toBe(2);
    const rotated = await apiKeys.rotate(old.id);
    expect(Date.parse(rotated.rotation_due_at ?? "") - Date.now()).toBeGreaterThan(89 * 86_400_000);
    expect(await dueIn(old.id)).toBeGreaterThan(89);
    expect(await reminders()).toEqual(["old", "old"]);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});

test("whatever the queue does, one claim wins, and a worker whose lease has ended reminds of nothing", async () => {
  const { emit, notify } = app.shared;
  const [a, b] = [
    rotationReminderWork({ ...app.services, emit, notify }),
    rotationReminderWork({ ...app.services, emit, notify }),
  ];
  const owner = await app.signUp();
  const { id: keyId } = await owner.test.apiKeys.create({ name: "old" });
  const [id, accountId] = [decodeId("key", keyId) ?? "", decodeId("acc", owner.sandboxId) ?? ""];
  await age(keyId, 90);
  const claims = (await Promise.all([a, b, a, b].map((kind) => kind.claim({ id, accountId })))).filter(
    (claim) => claim !== null,
  );
  expect(claims).toHaveLength(1);

  await system("update api_keys set reminder_due_at = now() where id = $1", [id]);
  const later = await b.claim({ id, accountId });
  for (const claim of [...claims, later, later]) if (claim) await a.run(claim, {} as never);
  expect((await owner.test.events.list({ type: "api_key.rotation_due" })).data).toHaveLength(1);
  expect(await a.claim({ id, accountId })).toBeNull();
});
