import { crc32 } from "node:zlib";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import type { NamedKey } from "../../platform/config/index.ts";
import { createPeppers, toBase62 } from "../../platform/crypto/index.ts";
import { createDatabase, type Database } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { createAuthenticator } from "./authenticator.ts";
import { generateKey } from "./key-format.ts";
import { createKeyLookup } from "./key-lookup.ts";
import { forgetKey, insertKey, lockKeys, revokeKey, selectUsableKey } from "./store.ts";

const START = new Date("2026-11-21T12:00:00Z");
const p1: NamedKey = { id: "p1", key: Buffer.alloc(32, 1) };
const p2: NamedKey = { id: "p2", key: Buffer.alloc(32, 2) };

let database: TestDatabase;
let other: Database;
const accountId = newId();
const clock = { time: START, now: () => clock.time };

beforeAll(async () => {
  database = await createTestDatabase();
  // The second one is another process: nothing but Postgres connects the two.
  other = createDatabase({ url: database.appUrl, poolMax: 2, log: silentLogger() });
  const common = { name: "n", created_at: START };
  const twinId = newId();
  await database.db.asSystem("test", (tx) =>
    tx.knex("accounts").insert([
      { ...common, id: accountId, mode: "live", twin_id: twinId },
      { ...common, id: twinId, mode: "test", twin_id: accountId },
    ]),
  );
});
afterAll(async () => {
  await other.close();
  await database.close();
});

async function storeKey(options: { peppers?: NamedKey[]; expiresAt?: Date } = {}) {
  const peppers = createPeppers(options.peppers ?? [p1]);
  const { key, publicId } = generateKey("live");
  const id = newId();
  await database.db.withTenant(accountId, (tx) =>
    insertKey(tx, {
      id,
      name: "n",
      last4: key.slice(-4),
      scopes: ["tracks:read"],
      ip_allowlist: null,
      expires_at: options.expiresAt ?? null,
      created_at: START,
      reminder_due_at: START,
      public_id: publicId,
      hash: peppers.hash(peppers.current, key),
      pepper_version: peppers.current,
      created_by: null,
    }),
  );
  return { key, id, publicId };
}

const sent = (authorization: string | undefined, mode?: string) => ({ authorization, mode, ip: "203.0.113.7" });
const authenticator = (db: Database, keyPeppers: NamedKey[] = [p1]) =>
  createAuthenticator({ db, clock, config: { keyPeppers }, log: silentLogger() });

test("a key leads to its account, mode and scopes", async () => {
  const { key, id } = await storeKey();
  const auth = authenticator(database.db);
  expect(await auth.authenticate(sent(`Bearer ${key}`))).toEqual({
    outcome: "authenticated",
    principal: {
      kind: "api_key",
      accountId,
      mode: "live",
      scopes: new Set(["tracks:read"]),
      keyId: id,
      sessionId: null,
      userId: null,
      expiresAt: null,
    },
  });
  expect(await auth.authenticate(sent(`bearer  ${key}`, "live"))).toMatchObject({ outcome: "authenticated" });
  await auth.close();
});

test("everything that is wrong is the same bad credential; nothing at all is missing", async () => {
  const { key } = await storeKey();
  const auth = authenticator(database.db);
  const wrong = [generateKey("live").key, `${key}x`, `amv_session_${"0".repeat(43)}`, "amv_session_x", "x"].map(
    (text) => `Bearer ${text}`,
  );
  for (const header of [...wrong, `Basic ${key}`, key, ""]) {
    expect(await auth.authenticate(sent(header))).toEqual({ outcome: "bad_credential" });
  }
  expect(await auth.authenticate(sent(undefined))).toEqual({ outcome: "missing" });
  await auth.close();
});

test("a right public id with another secret is refused, warm or cold", async () => {
  const { key, publicId } = await storeKey();
  const auth = authenticator(database.db);
  const forged = forgeKey(publicId);
  expect(await auth.authenticate(sent(`Bearer ${forged}`))).toEqual({ outcome: "bad_credential" });
  expect(await auth.authenticate(sent(`Bearer ${key}`))).toMatchObject({ outcome: "authenticated" });
  expect(await auth.authenticate(sent(`Bearer ${forged}`))).toEqual({ outcome: "bad_credential" });
  await auth.close();
});

/** Somebody else's guess: a well-formed key, checksum and all, with this public id and another secret. */
function forgeKey(publicId: string): string {
  const body = `amv_live_${publicId}${"0".repeat(43)}`;
  return body + toBase62(crc32(body), 6);
}

test("a revocation in one process ends the key in another within a second, though it was cached there", async () => {
  const { key, id } = await storeKey();
  const [here, there] = [authenticator(database.db), authenticator(other)];
  const reads = vi.spyOn(other, "readSystem");
  const outcomeThere = async () => (await there.authenticate(sent(`Bearer ${key}`))).outcome;
  await expect
    .poll(async () => {
      reads.mockClear();
      const outcome = await outcomeThere();
      return [outcome, reads.mock.calls.length];
    })
    .toEqual(["authenticated", 0]);

  await database.db.withTenant(accountId, async (tx) => {
    for (const row of await lockKeys(tx, [id])) await forgetKey(tx, row);
    await revokeKey(tx, id, START);
  });
  await expect.poll(outcomeThere, { timeout: 1000, interval: 5 }).toBe("bad_credential");
  expect((await here.authenticate(sent(`Bearer ${key}`))).outcome).toBe("bad_credential");
  reads.mockRestore();
  await here.close();
  await there.close();
});

test("a key ends when its time comes, though it is cached", async () => {
  const { key } = await storeKey({ expiresAt: new Date(START.getTime() + 1000) });
  const auth = authenticator(database.db);
  expect((await auth.authenticate(sent(`Bearer ${key}`))).outcome).toBe("authenticated");
  clock.time = new Date(START.getTime() + 1000);
  expect((await auth.authenticate(sent(`Bearer ${key}`))).outcome).toBe("bad_credential");
  clock.time = START;
  await auth.close();
});

test("keys outlive the rotation of the pepper, and end with the pepper they were made with", async () => {
  const { key } = await storeKey({ peppers: [p1] });
  const [rotated, dropped] = [authenticator(database.db, [p2, p1]), authenticator(database.db, [p2])];
  expect((await rotated.authenticate(sent(`Bearer ${key}`))).outcome).toBe("authenticated");
  expect((await dropped.authenticate(sent(`Bearer ${key}`))).outcome).toBe("bad_credential");
  await rotated.close();
  await dropped.close();
});

test("an unknown, a wrong, an expired and a good key cost the same one hash and the same one row", async () => {
  const peppers = createPeppers([p1]);
  const hash = vi.spyOn(peppers, "hash");
  const read = vi.spyOn(database.db, "readSystem");
  const good = await storeKey();
  const expired = await storeKey({ expiresAt: new Date(START.getTime() - 1000) });
  const lookup = createKeyLookup({ db: database.db, clock, peppers });
  for (const key of [good.key, expired.key, generateKey("live").key, forgeKey(good.publicId)]) {
    hash.mockClear();
    read.mockClear();
    await lookup.find(key);
    expect(hash).toHaveBeenCalledOnce();
    // Or a longer answer of the database would tell that there is such a key.
    expect(await read.mock.results[0]?.value).toHaveLength(1);
  }
  read.mockRestore();
  lookup.close();
});

test("a key is looked up by its id alone while a database is young, so that an unknown one takes no longer", async () => {
  const { text } = selectUsableKey("", []);
  const plan = await database.db.asSystem("a test looks at a plan", (tx) =>
    tx.query<{ "QUERY PLAN": string }>(`explain (generic_plan) ${text}`),
  );
  const scans = plan
    .map((line) => line["QUERY PLAN"])
    .filter((line) => line.includes(" on api_keys"))
    .map((line) => line.trim().split(" on ")[0]);
  expect(scans).toEqual([
    "->  Index Scan using api_keys_public_id_key",
    "->  Index Scan using api_keys_previous_public_id_key",
  ]);
});
