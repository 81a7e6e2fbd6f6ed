import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test-kit/database.ts";
import type { Statement, TenantTx, Tx } from "./index.ts";

let database: TestDatabase;
const red = randomUUID();
const blue = randomUUID();
const allNotes: Statement = { name: "all_notes", text: "select text from notes order by text", values: [] };

beforeAll(async () => {
  // One connection: whatever a transaction left on it, the next tenant would inherit.
  database = await createTestDatabase({ poolMax: 1 });
  await asOwner(`
    create table notes (account_id uuid not null, id uuid not null, text text not null, primary key (account_id, id));
    select app.protect_tenant_table('notes');
  `);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.asSystem("empty the table", (tx) => tx.query("delete from notes"));
  await Promise.all([write(red, "red"), write(blue, "blue")]);
});

async function asOwner(sql: string): Promise<void> {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function write(accountId: string, text: string): Promise<void> {
  await database.db.withTenant(accountId, (tx) =>
    tx.knex("notes").insert({ account_id: accountId, id: randomUUID(), text }),
  );
}

test("tenants interleaved on one connection see only their own rows, by either kind of read", async () => {
  const { db } = database;
  const rounds = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? red : blue));
  const seen = await Promise.all(
    rounds.map(async (accountId, index) => {
      if (index % 3 === 0) return db.withTenant(accountId, (tx) => tx.query<{ text: string }>(allNotes.text));
      return db.readTenant<{ text: string }>(accountId, allNotes);
    }),
  );
  expect(seen.map((rows) => rows.map(({ text }) => text))).toEqual(
    rounds.map((accountId) => [accountId === red ? "red" : "blue"]),
  );
});

test("a statement that comes again is planned once per connection, and still shows each tenant its own rows", async () => {
  const { db } = database;
  const text = "select text from notes where text <> $1 order by text";
  for (let round = 0; round < 40; round += 1) {
    const ask = (tx: Tx) => tx.query<{ text: string }>(text, ["none"]);
    expect(await db.withTenant(red, ask)).toEqual([{ text: "red" }]);
    expect(await db.withTenant(blue, ask)).toEqual([{ text: "blue" }]);
    expect(await db.asSystem("a test", ask)).toEqual([{ text: "blue" }, { text: "red" }]);
  }
  const plans = await db.asSystem("a test", (tx) =>
    tx.query("select name from pg_prepared_statements where statement = $1", [text]),
  );
  expect(plans).toHaveLength(1);
});

test("a statement that comes again goes on working after one of them failed, and after the table has grown", async () => {
  const { db } = database;
  const insert = (text: string | null) =>
    db.withTenant(red, (tx) =>
      tx.query<{ text: string }>("insert into notes (account_id, id, text) values ($1, $2, $3) returning text", [
        red,
        randomUUID(),
        text,
      ]),
    );
  for (let round = 0; round < 25; round += 1) await insert(`note ${round}`);
  await expect(insert(null)).rejects.toThrow(/null value/);
  await asOwner("alter table notes add column more text");
  expect(await insert("after")).toEqual([{ text: "after" }]);
  await asOwner("alter table notes drop column more");
  expect(await insert("at last")).toEqual([{ text: "at last" }]);
});

test("one statement that writes is a transaction of its own", async () => {
  const { db } = database;
  const rename: Statement = {
    name: "rename",
    text: "update notes set text = text || $1 where text = 'red' returning text",
    values: ["dish"],
  };
  expect(await db.writeSystem("a test", rename)).toEqual([{ text: "reddish" }]);
  expect(await db.readTenant(red, allNotes)).toEqual([{ text: "reddish" }]);
  const broken: Statement = {
    name: "rename_to_nothing",
    text: "update notes set text = null returning text",
    values: [],
  };
  await expect(db.writeSystem("a test", broken)).rejects.toThrow(/null value/);
  expect(await db.readTenant(blue, allNotes)).toEqual([{ text: "blue" }]);
});

test.each(["writeTenant", "writeTenantSoon"] as const)(
  "%s changes the tenant's rows only, whole or not at all, in one statement",
  async (kind) => {
    const { db } = database;
    const rename: Statement = {
      name: "rename_all",
      text: "update notes set text = $1 where true returning text",
      values: [kind],
    };
    expect(await db[kind](red, rename)).toEqual([{ text: kind }]);
    expect(await db.readTenant(blue, allNotes)).toEqual([{ text: "blue" }]);
    await expect(
      db[kind](red, { name: "break_all", text: "update notes set text = null where true", values: [] }),
    ).rejects.toThrow(/null value/);
    expect(await db.readTenant(red, allNotes)).toEqual([{ text: kind }]);
  },
);

test("only writeTenantSoon does not wait for the disk", async () => {
  const { db } = database;
  const waits: Statement = { name: "waits", text: "select current_setting('synchronous_commit') as waits", values: [] };
  // The server of the tests waits for no disk by itself.
  await db.asSystem("a test", (tx) => tx.query("set synchronous_commit = on"));
  expect(await db.writeTenantSoon(red, waits)).toEqual([{ waits: "off" }]);
  // On the same connection: nothing of it stays.
  expect(await db.writeTenant(red, waits)).toEqual([{ waits: "on" }]);
  expect(await db.withTenant(red, (tx) => tx.query(waits.text))).toEqual([{ waits: "on" }]);
});

test("a query without a tenant sees nothing, before and after tenants used the connection", async () => {
  const client = new Client({ connectionString: database.appUrl });
  await client.connect();
  expect((await client.query("select * from notes")).rowCount).toBe(0);
  await client.query("begin");
  await client.query("select set_config('app.account_id', $1, true)", [red]);
  expect((await client.query("select * from notes")).rowCount).toBe(1);
  await client.query("commit");
  expect((await client.query("select * from notes")).rowCount).toBe(0);
  await expect(client.query("insert into notes values ($1, $2, 'x')", [red, randomUUID()])).rejects.toThrow(
    /row-level security/,
  );
  await client.end();
});

test("another tenant's rows cannot be updated, deleted, inserted or moved to", async () => {
  const { db } = database;
  await db.withTenant(red, async (tx) => {
    expect(await tx.knex("notes").where({ account_id: blue }).update({ text: "stolen" })).toBe(0);
    expect(await tx.knex("notes").where({ account_id: blue }).delete()).toBe(0);
  });
  await expect(
    db.withTenant(red, (tx) => tx.knex("notes").insert({ account_id: blue, id: randomUUID(), text: "x" })),
  ).rejects.toThrow(/row-level security/);
  await expect(db.withTenant(red, (tx) => tx.knex("notes").update({ account_id: blue }))).rejects.toThrow(
    /row-level security/,
  );
  expect(await db.readSystem("test", allNotes)).toEqual([{ text: "blue" }, { text: "red" }]);
});

test("the owner of the tables is held by the policies too", async () => {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  expect((await client.query("select * from notes")).rowCount).toBe(0);
  await client.end();
});

test("the system role sees all tenants, and only inside asSystem", async () => {
  const { db } = database;
  expect(await db.asSystem("test", (tx) => tx.knex("notes").pluck("text"))).toHaveLength(2);
  expect(await db.withTenant(red, (tx) => tx.knex("notes").pluck("text"))).toEqual(["red"]);
  expect(await db.readTenant(blue, allNotes)).toEqual([{ text: "blue" }]);
});

test("what throws is rolled back, and its after-commit steps do not run", async () => {
  const { db } = database;
  const step = vi.fn<() => void>();
  const failing = db.withTenant(red, async (tx) => {
    tx.afterCommit(step);
    await tx.knex("notes").insert({ account_id: red, id: randomUUID(), text: "half" });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(step).not.toHaveBeenCalled();
  expect(await db.readTenant(red, allNotes)).toEqual([{ text: "red" }]);
});

test("after-commit steps run once the rows are visible to others, and before the caller goes on", async () => {
  const { db } = database;
  let visible: unknown;
  await db.withTenant(red, async (tx) => {
    tx.afterCommit(async () => {
      visible = await db.readTenant(red, allNotes);
    });
    tx.afterCommit(() => {
      throw new Error("a failing step changes nothing for the caller");
    });
    await tx.knex("notes").insert({ account_id: red, id: randomUUID(), text: "new" });
  });
  expect(visible).toEqual([{ text: "new" }, { text: "red" }]);
});

test("a statement that fails leaves the connection usable", async () => {
  const { db } = database;
  const broken = { name: "broken", text: "select * from nothing_here", values: [] };
  await expect(db.readTenant(red, broken)).rejects.toThrow(/nothing_here/);
  await expect(db.withTenant(red, (tx) => tx.query("select 1/0"))).rejects.toThrow(/division by zero/);
  expect(await db.readTenant(red, allNotes)).toEqual([{ text: "red" }]);
});

test("a failed statement whose error was caught cannot pass for a commit", async () => {
  const { db } = database;
  const careless = db.withTenant(red, async (tx) => {
    await tx.query("insert into notes values ($1, $2, 'lost')", [red, randomUUID()]);
    await tx.query("select 1/0").catch(() => "never mind");
  });
  await expect(careless).rejects.toThrow(/rolled back/);
  expect(await db.readTenant(red, allNotes)).toEqual([{ text: "red" }]);
});

test("a connection lost in a transaction fails it, and the next one works", async () => {
  const { db } = database;
  await expect(db.withTenant(red, (tx) => tx.query("select pg_terminate_backend(pg_backend_pid())"))).rejects.toThrow(
    /terminat/,
  );
  await write(red, "later");
  expect(await db.readTenant(red, allNotes)).toEqual([{ text: "later" }, { text: "red" }]);
});

test("a handle kept beyond its transaction is refused instead of reading as somebody else", async () => {
  const kept = await database.db.withTenant(red, async (tx) => tx);
  await expect(kept.query(allNotes.text)).rejects.toThrow(/has ended/);
  await expect(async () => kept.knex("notes").select()).rejects.toThrow(/has ended/);
});

test("a read cannot write, and does not make later transactions of its connection read-only", async () => {
  const { db } = database;
  const insert = {
    name: "sneaky",
    text: "insert into notes values ($1, $2, 'x') returning id",
    values: [red, randomUUID()],
  };
  await expect(db.readTenant(red, insert)).rejects.toThrow(/read-only transaction/);
  await expect(db.readSystem("test", insert)).rejects.toThrow(/read-only transaction/);
  await write(red, "later");
  expect(await db.readTenant(red, allNotes)).toEqual([{ text: "later" }, { text: "red" }]);
});

test("a read that a connection repeats goes on working after another one failed, prepared or not", async () => {
  const { db } = database;
  const byText = (text: unknown): Statement => ({
    name: "note_by_text",
    text: "select text, $1::int as number from notes where text = 'red'",
    values: [text],
  });
  await expect(db.readTenant(red, byText("not a number"))).rejects.toThrow(/integer/);
  await expect(db.readTenant(red, { name: "wrong", text: "select nonsense", values: [] })).rejects.toThrow(/nonsense/);
  await expect(db.readTenant(red, { name: "wrong", text: "select nonsense", values: [] })).rejects.toThrow(/nonsense/);
  const reads = await Promise.all([1, 2, 3].map((number) => db.readTenant(red, byText(number))));
  expect(reads.flat()).toEqual([1, 2, 3].map((number) => ({ text: "red", number })));
  expect(await db.readSystem("test", allNotes)).toHaveLength(2);
});

test("reads that travel together fail and succeed each on its own", async () => {
  const { db } = database;
  const divide = (number: number) => ({ name: "divide", text: "select 12 / $1::int as result", values: [number] });
  const read = (number: number) =>
    number % 2 === 0 ? db.readTenant(red, divide(number)) : db.readSystem("a test", divide(number));
  const outcomes = await Promise.allSettled([0, 1, 2, 0, 3, 4, 0].map(read));
  const text = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value[0] : String(outcome.reason)));
  const refused = expect.stringContaining("division by zero");
  expect(text).toEqual([refused, { result: 12 }, { result: 6 }, refused, { result: 4 }, { result: 3 }, refused]);
});

test("a connection lost under reads that travel together refuses the unanswered ones, and the next read works", async () => {
  const { db } = database;
  const leave = { name: "leave", text: "select pg_terminate_backend(pg_backend_pid())", values: [] };
  const outcomes = await Promise.allSettled([
    db.readTenant(red, allNotes),
    db.readTenant(red, leave),
    db.readTenant(blue, allNotes),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect(await db.readTenant(red, allNotes)).toEqual([{ text: "red" }]);
});

test("a handle of one account cannot be made into one of another", async () => {
  const { db } = database;
  const textsOf = (tx: TenantTx) =>
    tx.query<{ text: string }>("select text from notes where account_id = $1", [tx.accountId]);
  await db.withTenant(red, async (tx) => {
    // @ts-expect-error a spread is no handle, whatever account id it names
    const forged: TenantTx = { ...tx, accountId: blue };
    expect(() => textsOf(forged)).toThrow(TypeError);
    const borrowed: TenantTx = Object.create(tx, { accountId: { value: blue } });
    expect(() => textsOf(borrowed)).toThrow(TypeError);
    // @ts-expect-error the account of a handle is read only
    expect(() => (tx.accountId = blue)).toThrow(TypeError);
    expect(await textsOf(tx)).toEqual([{ text: "red" }]);
  });
  await db.asSystem("a test", async (tx) => {
    // @ts-expect-error a transaction across all accounts is none of one account
    await expect(textsOf(tx)).resolves.toEqual([]);
  });
});

test("a system transaction acts as an account only when it says so, and is one transaction with it", async () => {
  const { db } = database;
  const seen = db.asSystem("a test", async (system) => {
    const tx = system.asAccount(blue);
    await system.query("insert into notes (account_id, id, text) values ($1, gen_random_uuid(), 'more')", [blue]);
    expect(tx.accountId).toBe(blue);
    expect(await tx.query("select text from notes where account_id = $1 order by text", [tx.accountId])).toEqual([
      { text: "blue" },
      { text: "more" },
    ]);
    expect(() => system.asAccount("not-an-account")).toThrow(TypeError);
    throw new Error("both are rolled back");
  });
  await expect(seen).rejects.toThrow("both are rolled back");
  expect(await db.readTenant(blue, allNotes)).toEqual([{ text: "blue" }]);
  const kept: TenantTx[] = [];
  await db.asSystem("a test", async (system) => void kept.push(system.asAccount(blue)));
  await expect(kept[0]?.query("select 1")).rejects.toThrow("This transaction has ended");
});

test("something that is no account id is refused before any query", async () => {
  await expect(async () => database.db.readTenant("", allNotes)).rejects.toThrow(TypeError);
});

test("a notification arrives with the commit, and not at all after a rollback", async () => {
  const { db } = database;
  const heard: string[] = [];
  const started = vi.fn<() => void>();
  const stop = db.listen("colours", (payload) => heard.push(payload), started);
  await vi.waitFor(() => expect(started).toHaveBeenCalledOnce());
  await db
    .withTenant(red, async (tx) => {
      await tx.notify("colours", "lost");
      throw new Error("rolled back");
    })
    .catch(() => undefined);
  await db.withTenant(red, (tx) => tx.notify("colours", "heard"));
  await vi.waitFor(() => expect(heard).toEqual(["heard"]));
  stop();
});

test("listening survives the loss of its connection and says that something may have been missed", async () => {
  const { db } = database;
  const heard: string[] = [];
  const reset = vi.fn<() => void>();
  const stop = db.listen("weather", (payload) => heard.push(payload), reset);
  await vi.waitFor(() => expect(reset).toHaveBeenCalledTimes(1));
  const admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%listen'");
  await admin.end();
  await vi.waitFor(() => expect(reset).toHaveBeenCalledTimes(2), { timeout: 5_000 });
  await db.withTenant(red, (tx) => tx.notify("weather", "rain"));
  await vi.waitFor(() => expect(heard).toEqual(["rain"]));
  stop();
});
