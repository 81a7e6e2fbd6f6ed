import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import { systemClock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { createUsageRecorder, type UsageRecorder } from "./recorder.ts";
import { nobody } from "./batch.ts";
import { insertAccount, principalOf, requestAt } from "./usage.fixture.ts";

let database: TestDatabase;
let spillDir: string;
beforeEach(async () => {
  database = await createTestDatabase();
  spillDir = mkdtempSync(join(tmpdir(), "musicverse-usage-test-"));
});
afterEach(async () => {
  await database.close();
  rmSync(spillDir, { recursive: true, force: true });
});

const stored = async () => {
  const [row] = await database.db.readSystem<{ n: number }>("a test counts", {
    name: "count",
    text: "select coalesce(sum(requests), 0)::int as n from usage_requests",
    values: [],
  });
  return row?.n;
};
const recorderOn = (db: Pick<Database, "asSystem">, directory = spillDir) =>
  createUsageRecorder({ db, clock: systemClock, log: silentLogger(), spillDir: directory });
const record = (recorder: UsageRecorder, requests: number) => {
  for (let time = 0; time < requests; time += 1) recorder.record(requestAt(Date.now(), { status: 200 + (time % 3) }));
};
const addsUp = ({ accepted, stored: kept, pending, dropped }: ReturnType<UsageRecorder["counts"]>) =>
  accepted === kept + pending + dropped;

/** A database that fails in turn not at all, before it did anything, and after its commit: then nobody knows. */
function moody(): Pick<Database, "asSystem"> & { isDown: boolean } {
  let turn = 0;
  const db: ReturnType<typeof moody> = {
    isDown: false,
    asSystem: async (reason, fn) => {
      turn += 1;
      if (db.isDown || turn % 3 === 1) throw new Error("not today");
      const result = await database.db.asSystem(reason, fn);
      if (turn % 3 === 2) throw new Error("connection lost after the commit");
      return result;
    },
  };
  return db;
}

test("whatever the database answers, each request is stored once, and the counters add up at every moment", async () => {
  const db = moody();
  const recorder = recorderOn(db);
  let wrong = 0;
  const watch = setInterval(() => {
    if (!addsUp(recorder.counts())) wrong += 1;
  }, 1);
  for (let round = 0; round < 4; round += 1) {
    record(recorder, 250);
    await expect.poll(() => recorder.counts().pending < 1000 || recorder.counts().stored > 0).toBe(true);
  }
  await expect.poll(() => recorder.counts().stored, { timeout: 15_000 }).toBe(1000);
  clearInterval(watch);
  expect(wrong).toBe(0);
  expect(recorder.counts()).toEqual({ accepted: 1000, stored: 1000, pending: 0, dropped: 0, recovered: 0 });
  expect(await stored()).toBe(1000);
  await recorder.close();
});

test("what the database does not take before a stop waits on disk, and another process stores it", async () => {
  const db = moody();
  db.isDown = true;
  const recorder = recorderOn(db);
  record(recorder, 70);
  await recorder.close();
  expect(recorder.counts()).toMatchObject({ accepted: 70, stored: 0, pending: 70, dropped: 0 });
  const [file = ""] = readdirSync(spillDir);
  // Its writer is gone for longer than any that lives would leave it.
  renameSync(
    join(spillDir, file),
    join(spillDir, file.replace(/^\d{15}/, String(Date.now() - 120_000).padStart(15, "0"))),
  );

  const heir = recorderOn(database.db);
  await heir.close();
  expect(heir.counts()).toMatchObject({ accepted: 0, recovered: 70 });
  expect(await stored()).toBe(70);
  expect(readdirSync(spillDir)).toEqual([]);
});

test("what waited on disk while its account was erased is not stored; the rest of the same file is", async () => {
  const db = moody();
  db.isDown = true;
  const recorder = recorderOn(db);
  const [erased, other] = [await insertAccount(database.db), await insertAccount(database.db)];
  for (const principal of [principalOf(erased), principalOf(other), null])
    recorder.record(requestAt(Date.now(), { principal }));
  await expect.poll(() => readdirSync(spillDir).filter((name) => name.endsWith(".json"))).toHaveLength(1);
  await database.db.asSystem("a test erases an account", (tx) =>
    tx.query("delete from accounts where id = $1", [erased]),
  );
  db.asSystem = database.db.asSystem;
  await expect.poll(() => recorder.counts()).toEqual({ accepted: 3, stored: 2, pending: 0, dropped: 1, recovered: 0 });
  const rows = await database.db.readSystem<{ account_id: string }>("a test looks", {
    name: "accounts",
    text: "select account_id from usage_requests order by 1",
    values: [],
  });
  expect(rows.map(({ account_id: id }) => id)).toEqual([nobody, other]);
  await recorder.close();
});

test("a credential has one row per flush for requests alike, however often it was looked up meanwhile", async () => {
  const recorder = recorderOn(database.db);
  const accountId = await insertAccount(database.db);
  const [one, two] = [principalOf(accountId), principalOf(accountId)];
  const at = Date.now();
  for (let time = 0; time < 6; time += 1)
    for (const principal of [one, two]) recorder.record(requestAt(at, { principal: { ...principal } }));
  await recorder.close();
  const rows = await database.db.readSystem<{ requests: number }>("a test looks", {
    name: "requests",
    text: "select key_id, requests from usage_requests order by 1",
    values: [],
  });
  expect(rows).toEqual(
    [one, two]
      .map(({ keyId }) => ({ key_id: keyId, requests: 6 }))
      .toSorted((a, b) => (String(a.key_id) < String(b.key_id) ? -1 : 1)),
  );
});

test("a file that is no usage is put aside and holds up nothing", async () => {
  writeFileSync(join(spillDir, "000000000000001-01890000-0000-7000-8000-000000000000.json"), "[{");
  const recorder = recorderOn(database.db);
  record(recorder, 3);
  await recorder.close();
  expect(recorder.counts()).toMatchObject({ stored: 3, pending: 0 });
  expect(readdirSync(spillDir)).toEqual(["000000000000001-01890000-0000-7000-8000-000000000000.json.refused"]);
});

test("what neither database nor disk takes is counted as lost", async () => {
  const db = moody();
  db.isDown = true;
  writeFileSync(join(spillDir, "file"), "");
  const recorder = recorderOn(db, join(spillDir, "file", "folder"));
  record(recorder, 9);
  await recorder.close();
  expect(recorder.counts()).toMatchObject({ accepted: 9, stored: 0, pending: 0, dropped: 9 });
});
