import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { systemClock } from "../../platform/clock/index.ts";
import { decodeId, newId } from "../../platform/ids/index.ts";
import { createCostLedger, eraseCosts, type ProviderCall } from "./index.ts";

const PRICE = 30_000;
const prices = new Map([["music-3.0", { per_song: PRICE }]]);
let app: TestApp;
let account: TestAccount;
let superuser: Client;
beforeAll(async () => {
  app = await startTestApp({ env: { LOG_LEVEL: "info", COST_PRICES: JSON.stringify(Object.fromEntries(prices)) } });
  account = await app.signUp();
  superuser = new Client({ connectionString: app.database.adminUrl });
  await superuser.connect();
});
afterEach(() => {
  app.simulator.clear();
  app.simulator.setLatency(0);
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const uuidOf = ({ sandboxId }: TestAccount): string => decodeId("acc", sandboxId) ?? "";

interface Entry {
  outcome: string;
  cost_micros: string | null;
  seconds: number | null;
  plan: string;
  model: string;
}

const entriesOf = async (owner: TestAccount, generationId?: string) =>
  (
    await superuser.query<Entry>(
      `select outcome, cost_micros, seconds, plan, model from cost_entries
      where account_id = $1 and ($2::uuid is null or generation_id = $2) order by id`,
      [uuidOf(owner), generationId === undefined ? null : decodeId("gen", generationId)],
    )
  ).rows;

const ask = (owner = account) =>
  owner.test.generations.create({ prompt: "costly prompt-canary", instrumental: true, duration_seconds: 5 });
const end = async (id: string, owner = account) =>
  owner.test.generations.wait(id, { timeoutMs: 30_000 }).catch(() => owner.test.generations.get(id));

const callOf = (more: Partial<ProviderCall> = {}): ProviderCall => ({
  callId: randomUUID(),
  generationId: newId(),
  pluginId: "minimax",
  model: "music-3.0",
  kind: "music",
  outcome: "succeeded",
  seconds: 5,
  ...more,
});
const record = (owner: TestAccount, call: ProviderCall, ledger = createCostLedger({ clock: systemClock, prices })) =>
  app.services.db.withTenant(uuidOf(owner), (tx) => ledger.record(tx, call));

describe("the cost ledger", () => {
  test("has one entry for each call of a provider, with its outcome, what it made and what it cost", async () => {
    app.simulator.fail({ fault: "server_error", times: 1 });
    const { id } = await ask();
    expect(await end(id)).toMatchObject({ status: "completed" });
    expect(await entriesOf(account, id)).toMatchObject([
      { outcome: "failed", cost_micros: "0", seconds: null },
      { outcome: "succeeded", cost_micros: String(PRICE), seconds: 5, plan: "free" },
    ]);
  });

  test("has a call once, however often it is recorded and by however many", async () => {
    const owner = await app.signUp();
    const call = callOf();
    await Promise.all(Array.from({ length: 20 }, () => record(owner, call)));
    expect(await entriesOf(owner)).toHaveLength(1);
  });

  test("takes the plugin's cost before the operator's price, and invents none", async () => {
    const owner = await app.signUp();
    const calls: [Partial<ProviderCall>, string | null][] = [
      [{}, "30000"],
      [{ costMicros: 7 }, "7"],
      [{ model: "unheard-of" }, null],
      [{ outcome: "unknown" }, null],
      [{ outcome: "failed" }, "0"],
      [{ costMicros: 0 }, "0"],
    ];
    for (const [call] of calls) await record(owner, callOf(call));
    expect((await entriesOf(owner)).map(({ cost_micros: cost }) => cost)).toEqual(calls.map(([, cost]) => cost));
  });

  test("lets nobody change an entry, and nobody delete one of an account that is not erased", async () => {
    const { db } = app.services;
    const refused = { code: "42501" };
    const change = "update cost_entries set cost_micros = 0";
    const remove = "delete from cost_entries";
    for (const sql of [change, remove]) {
      await expect(
        db.withTenant(uuidOf(account), (tx) => tx.query(sql)),
        sql,
      ).rejects.toMatchObject(refused);
      await expect(
        db.asSystem("a test tries", (tx) => tx.query(sql)),
        sql,
      ).rejects.toMatchObject(refused);
    }
  });

  test("keeps the sums of an account that is erased, and nothing of the account", async () => {
    const owner = await app.signUp();
    for (const call of [
      callOf(),
      callOf(),
      callOf({ outcome: "unknown", seconds: null }),
      callOf({ costMicros: 5, model: "other" }),
    ])
      await record(owner, call);
    const kept = async () =>
      (
        await superuser.query(
          "select model, outcome, calls, unpriced, seconds, cost_micros from cost_erased order by 1, 2",
        )
      ).rows;
    await expect(eraseCosts(app.services.db, uuidOf(owner))).rejects.toMatchObject({ code: "42501" });
    await app.request("delete", "/v1/account", { key: owner.sessionToken, body: { password: "pw-canary-of-a-test" } });
    await expect
      .poll(async () => (await superuser.query("select from account_erasures where removed_at is null")).rowCount)
      .toBe(0);
    expect(await kept()).toEqual([
      { model: "music-3.0", outcome: "succeeded", calls: 2, unpriced: 0, seconds: 10, cost_micros: "60000" },
      { model: "music-3.0", outcome: "unknown", calls: 1, unpriced: 1, seconds: 0, cost_micros: "0" },
      { model: "other", outcome: "succeeded", calls: 1, unpriced: 0, seconds: 5, cost_micros: "5" },
    ]);
    expect(await entriesOf(owner)).toEqual([]);
  });
});
