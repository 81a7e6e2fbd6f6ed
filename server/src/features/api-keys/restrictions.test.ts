import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type Answer, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { decodeId } from "../../platform/ids/index.ts";

let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  // One proxy in front, so that a test chooses where a request comes from.
  app = await startTestApp({ worker: false, env: { TRUST_PROXY: "1" } });
  account = await app.signUp();
});
afterAll(() => app?.close());

const sandbox = { "MusicVerse-Mode": "test" };
const byOwner = (method: string, path: string, body?: unknown) =>
  app.request(method, path, { key: account.sessionToken, headers: sandbox, ...(body !== undefined && { body }) });
const create = async (body: Record<string, unknown>) =>
  made(await byOwner("post", "/v1/api-keys", { name: "k", ...body }));
const from = (key: string, address: string, path = "/v1/profile") =>
  app.request("get", path, { key, headers: { "X-Forwarded-For": address } });

function made(answer: Answer) {
  expect(answer).toMatchObject({ status: 201 });
  return {
    key: String(answer.body["key"]),
    id: String(answer.body["id"]),
    path: `/v1/api-keys/${String(answer.body["id"])}`,
  };
}

test("what is named changes, the rest stays, and null means everywhere and for ever", async () => {
  const { path } = await create({
    scopes: ["tracks:read"],
    expires_at: "2030-01-01T00:00:00Z",
    ip_allowlist: ["203.0.113.77/24"],
  });
  const before = (await byOwner("get", path)).body;
  expect(before).toMatchObject({
    ip_allowlist: ["203.0.113.0/24"],
    expires_at: "2030-01-01T00:00:00.000Z",
    status: "active",
  });
  expect((await byOwner("patch", path, { name: " new " })).body).toEqual({ ...before, name: "new" });
  const wider = await byOwner("patch", path, {
    ip_allowlist: null,
    expires_at: null,
    scopes: ["tracks:write", "tracks:read"],
  });
  expect(wider.body).toEqual({
    ...before,
    name: "new",
    ip_allowlist: null,
    expires_at: null,
    scopes: ["tracks:read", "tracks:write"],
  });
});

test.each([
  ["not an address", { ip_allowlist: ["203.0.113.0/24", "office"] }, "/body/ip_allowlist/1", "not_a_network"],
  ["too many bits", { ip_allowlist: ["203.0.113.0/33"] }, "/body/ip_allowlist/0", "not_a_network"],
  ["an empty list", { ip_allowlist: [] }, "/body/ip_allowlist", expect.any(String)],
  ["an end in the past", { expires_at: "2020-01-01T00:00:00Z" }, "/body/expires_at", "not_in_the_future"],
  ["an unknown scope", { scopes: ["tracks:burn"] }, "/body/scopes/0", expect.any(String)],
  ["nothing", {}, "/body", expect.any(String)],
])("%s is 400, names the place and changes nothing", async (_, body, path, code) => {
  const key = await create({});
  const before = await byOwner("get", key.path);
  expect(await byOwner("patch", key.path, body)).toMatchObject({
    status: 400,
    body: { code: "validation_failed", errors: [{ path, code }] },
  });
  expect((await byOwner("get", key.path)).body).toEqual(before.body);
});

test("a right key from an address outside of its list is 403 ip_not_allowed; inside it works, in every way to write the address", async () => {
  const { key } = await create({ ip_allowlist: ["203.0.113.0/24", "2001:db8::/32", "::ffff:198.51.100.7"] });
  for (const address of ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8:1::5", "2001:0DB8::5", "198.51.100.7"]) {
    expect((await from(key, address)).status, address).toBe(200);
  }
  for (const address of ["203.0.114.9", "::ffff:203.0.114.9", "2001:db9::5", "::1", "198.51.100.8"]) {
    const refused = await from(key, address);
    expect(refused, address).toMatchObject({ status: 403, body: { code: "ip_not_allowed" } });
    expect(refused.body["detail"]).toContain(address.replace("::ffff:", ""));
  }
});

test("without a trusted proxy nobody writes an address of an allowlist into a header", async () => {
  const plain = await startTestApp({ worker: false });
  try {
    const owner = await plain.signUp();
    const { key } = await owner.test.apiKeys.create({ name: "office", ip_allowlist: ["203.0.113.7"] });
    const answer = await plain.request("get", "/v1/profile", { key, headers: { "X-Forwarded-For": "203.0.113.7" } });
    expect(answer).toMatchObject({ status: 403, body: { code: "ip_not_allowed" } });
  } finally {
    await plain.close();
  }
});

test("uses from other addresses count as bad keys: after twenty in a minute they get 429", async () => {
  const { key } = await create({ ip_allowlist: ["203.0.113.0/24"] });
  const statuses: number[] = [];
  for (let index = 0; index < 21; index += 1) statuses.push((await from(key, "192.0.2.200")).status);
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 403), 429]);
  expect((await from(key, "203.0.113.1")).status).toBe(200);
});

test("a restriction is in effect within a second, and so is lifting it", async () => {
  const { key, path } = await create({});
  expect((await from(key, "192.0.2.1")).status).toBe(200);
  await byOwner("patch", path, { ip_allowlist: ["203.0.113.0/24"] });
  await expect.poll(async () => (await from(key, "192.0.2.1")).status, { timeout: 1000, interval: 20 }).toBe(403);
  await byOwner("patch", path, { ip_allowlist: null, scopes: ["tracks:read"] });
  await expect
    .poll(async () => (await from(key, "192.0.2.1")).body["code"], { timeout: 1000, interval: 20 })
    .toBe("insufficient_scope");
  expect((await from(key, "192.0.2.1", "/v1/tracks")).status).toBe(200);
});

test("what a key creates gets its end and its networks when nothing is said", async () => {
  const limits = { expires_at: "2030-01-01T00:00:00.000Z", ip_allowlist: ["127.0.0.0/8"] };
  const parent = await create({ scopes: ["api_keys:write"], ...limits });
  expect((await app.request("post", "/v1/api-keys", { key: parent.key, body: { name: "child" } })).body).toMatchObject(
    limits,
  );
});

const narrow = {
  scopes: ["api_keys:write", "tracks:read"],
  expires_at: "2030-01-01T00:00:00Z",
  ip_allowlist: ["127.0.0.0/8", "2001:db8::/32"],
};
test.each([
  ["more scopes", { scopes: ["tracks:write"] }, "insufficient_scope", undefined],
  ["a later end", { expires_at: "2030-01-01T00:00:01Z" }, "key_exceeds_caller", "/body/expires_at"],
  ["no end", { expires_at: null }, "key_exceeds_caller", "/body/expires_at"],
  ["a wider network", { ip_allowlist: ["127.0.0.0/7"] }, "key_exceeds_caller", "/body/ip_allowlist"],
  ["one more network", { ip_allowlist: ["127.0.0.1", "203.0.113.0/24"] }, "key_exceeds_caller", "/body/ip_allowlist"],
  ["everywhere", { ip_allowlist: null }, "key_exceeds_caller", "/body/ip_allowlist"],
  ["all IPv4 written as IPv6", { ip_allowlist: ["::ffff:0:0/96"] }, "key_exceeds_caller", "/body/ip_allowlist"],
])("a key gives neither a new key, nor one it made, nor itself %s", async (_, body, code, place) => {
  const parent = await create(narrow);
  const child = made(
    await app.request("post", "/v1/api-keys", { key: parent.key, body: { name: "child", scopes: ["tracks:read"] } }),
  );
  const before = await Promise.all([parent, child].map(({ path }) => byOwner("get", path)));
  const answers = [
    await app.request("post", "/v1/api-keys", { key: parent.key, body: { name: "more", ...body } }),
    await app.request("patch", child.path, { key: parent.key, body }),
    await app.request("patch", parent.path, { key: parent.key, body }),
  ];
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 403, body: { code } });
    if (place !== undefined) expect(answer.body["errors"]).toMatchObject([{ path: place }]);
  }
  const after = await Promise.all([parent, child].map(({ path }) => byOwner("get", path)));
  // Last uses are written behind the requests.
  const lasting = ({ body: { last_used_at: _at, last_used_ip: _ip, ...rest } }: Answer) => rest;
  expect(after.map(lasting)).toEqual(before.map(lasting));
});

test("a key narrows, rotates and revokes itself and what may do no more", async () => {
  const parent = await create(narrow);
  const child = made(
    await app.request("post", "/v1/api-keys", { key: parent.key, body: { name: "child", scopes: ["tracks:read"] } }),
  );
  for (const { path } of [child, parent]) {
    expect((await app.request("patch", path, { key: parent.key, body: { ip_allowlist: ["127.0.0.1"] } })).status).toBe(
      200,
    );
  }
  expect((await app.request("post", `${child.path}/rotate`, { key: parent.key, body: {} })).status).toBe(200);
  for (const { path } of [child, parent])
    expect((await app.request("delete", path, { key: parent.key })).status).toBe(204);
});

test("a key neither changes, rotates nor revokes one that may do more: no taking over, no locking out", async () => {
  const weak = await create({ ...narrow, ip_allowlist: undefined });
  const stronger = [
    {},
    { ...narrow, expires_at: null, ip_allowlist: undefined },
    { ...narrow, scopes: ["tracks:write"] },
  ];
  for (const more of stronger) {
    const strong = await create(more);
    const answers = [
      await app.request("patch", strong.path, { key: weak.key, body: { name: "mine" } }),
      await app.request("post", `${strong.path}/rotate`, { key: weak.key, body: {} }),
      await app.request("delete", strong.path, { key: weak.key }),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ status: 403, body: { code: "key_exceeds_caller" } });
    expect((await byOwner("get", strong.path)).body).toMatchObject({
      name: "k",
      revoked_at: null,
      previous_last4: null,
    });
  }
});

test("the list shows the active, the revoked or the expired; a revoked key stays as it is, an expired one can be revived", async () => {
  const owner = await app.signUp();
  const { apiKeys } = owner.test;
  const [active, revoked, expired] = [
    await apiKeys.create({ name: "a" }),
    await apiKeys.create({ name: "r" }),
    await apiKeys.create({ name: "e" }),
  ];
  await apiKeys.revoke(revoked.id);
  await app.services.db.asSystem("a test lets time pass", (tx) =>
    tx.query("update api_keys set expires_at = now() - interval '1 s' where id = $1", [decodeId("key", expired.id)]),
  );
  const shown = async (status: "active" | "revoked" | "expired") =>
    (await apiKeys.list({ status })).data.map(({ name, status: is }) => [name, is]);
  expect(await shown("active")).toEqual([
    ["a", "active"],
    ["test", "active"],
  ]);
  expect(await shown("revoked")).toEqual([["r", "revoked"]]);
  expect(await shown("expired")).toEqual([["e", "expired"]]);

  const refused = { status: 409, code: "api_key_not_active" };
  await expect(apiKeys.update(revoked.id, { name: "x" })).rejects.toMatchObject(refused);
  await expect(apiKeys.rotate(revoked.id)).rejects.toMatchObject(refused);
  await expect(apiKeys.rotate(expired.id)).rejects.toMatchObject(refused);
  expect(await apiKeys.update(expired.id, { expires_at: null })).toMatchObject({ status: "active" });
  expect((await apiKeys.get(active.id)).status).toBe("active");
});

test("an account has at most 100 active keys per mode, and a revoked one makes room", async () => {
  const owner = await app.signUp();
  const sandboxId = decodeId("acc", owner.sandboxId);
  await app.services.db.asSystem("a test makes many keys", (tx) =>
    tx.query(
      `insert into api_keys (account_id, id, public_id, name, hash, pepper_version, last4, scopes, secret_created_at, reminder_due_at)
     select $1, gen_random_uuid(), lpad(n::text, 12, '0'), 'many', decode(repeat('00', 32), 'hex'), 'p1', '0000', '{tracks:read}', now(), now() + interval '1 day'
       from generate_series(1, 98) n`,
      [sandboxId],
    ),
  );
  const last = await owner.test.apiKeys.create({ name: "the hundredth" });
  await expect(owner.test.apiKeys.create({ name: "one more" })).rejects.toMatchObject({
    status: 409,
    code: "api_key_limit_reached",
    message: expect.stringContaining("100"),
  });
  await owner.test.apiKeys.revoke(last.id);
  expect((await owner.test.apiKeys.create({ name: "again" })).name).toBe("again");
});
