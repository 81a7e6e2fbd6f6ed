import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { searchAssets } from "./search-store.ts";

let app: TestApp;
let account: TestAccount;
let library: TestAccount["test"]["library"];
beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { LOG_LEVEL: "info" } });
  account = await app.signUp();
  ({ library } = account.test);
});
afterAll(() => app?.close());

const find = async (q: string) => (await library.listAssets({ q, limit: 100 })).data.map(({ title }) => title);

test("finds words whatever their case and accents, in scripts without spaces too, and as a search box reads them", async () => {
  for (const title of ["Café Größe", "cafe noir", "ПРИВЕТ мир", "東京の夜", "서울의 밤", "ﬁlm Ｎｏｉｒ"])
    await library.createAsset({ title });
  expect(await find("CAFE")).toEqual(["cafe noir", "Café Größe"]);
  expect(await find("café -noir")).toEqual(["Café Größe"]);
  expect(await find("привет")).toEqual(["ПРИВЕТ мир"]);
  expect(await find("東京")).toEqual(["東京の夜"]);
  expect(await find("夜")).toEqual(["東京の夜"]);
  expect(await find("서울")).toEqual(["서울의 밤"]);
  expect(await find("film")).toEqual(["ﬁlm Ｎｏｉｒ"]);
  expect(await find("größe or мир")).toEqual(["ПРИВЕТ мир", "Café Größe"]);
  expect(await find('"noir cafe"')).toEqual([]);
  expect(await find("nothing of this")).toEqual([]);
});

test("puts a match in the title before one in hook or tags, then the caption, then the script; all fields are searched", async () => {
  await library.createAsset({ title: "by script", script: "an aurora above" });
  await library.createAsset({ title: "by caption", caption: "an aurora above" });
  await library.createAsset({ title: "by tag", tags: ["aurora"] });
  await library.createAsset({ title: "by hashtag", hashtags: ["#aurora"] });
  await library.createAsset({ title: "by hook", hook: "an aurora above" });
  await library.createAsset({ title: "aurora by title" });
  const titles = await find("aurora");
  expect([titles[0], titles.slice(1, 4).toSorted(), titles.slice(4)]).toEqual([
    "aurora by title",
    ["by hashtag", "by hook", "by tag"],
    ["by caption", "by script"],
  ]);

  const walked = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await library.listAssets({ q: "aurora", limit: 1, ...(cursor && { cursor }) });
    walked.push(...page.data.map(({ title }) => title));
    // Whoever leaves disturbs nobody, also when the walk stands on it; better matches that come are before it.
    const [last] = page.data;
    if (walked.length === 3 && last) await library.deleteAsset(last.id);
    if (walked.length === 4) await library.createAsset({ title: "aurora comes late" });
    cursor = page.next_cursor;
  }
  expect(walked).toEqual(titles);
});

test.each([
  `'`,
  `"`,
  `''`,
  `\\`,
  `'); drop table assets; --`,
  `a & | ! b`,
  `!`,
  `:*`,
  `a:*`,
  `<->`,
  `(((`,
  `-`,
  `"unclosed`,
  `account:x`,
  `%`,
  `_`,
  `\u202e`,
  `$1`,
  `{}`,
  `1'::tsquery`,
  "x".repeat(200),
])("%j is words, and no operator: an answer, and nothing of others", async (q) => {
  const { status, body } = await app.request("get", `/v1/library/assets?q=${encodeURIComponent(q)}`, {
    key: account.testKey,
  });
  expect([status, body["data"]]).toEqual([200, []]);
  const tags = await app.request("get", `/v1/library/assets?tags=${encodeURIComponent(q)}`, { key: account.testKey });
  expect([tags.status, tags.body["data"]]).toEqual([200, []]);
});

test("no words can name another account", async () => {
  const other = await app.signUp();
  await other.test.library.createAsset({ title: "aurora of another", tags: ["theirs"] });
  const foreign = `account:${decodeId("acc", other.sandboxId)}`;
  for (const q of ["another", foreign, `"${foreign}"`, `aurora or ${foreign}`, `another or -aurora`]) {
    expect(await find(q), q).not.toContain("aurora of another");
  }
  expect((await library.listAssets({ tags: `x' | '${foreign}` })).data).toEqual([]);
});

test("uses the index under row-level security, among 12,000 assets of three accounts", async () => {
  const accounts = await Promise.all([1, 2, 3].map(async () => decodeId("acc", (await app.signUp()).sandboxId) ?? ""));
  const client = new Client({ connectionString: app.database.appUrl });
  await client.connect();
  await client.query("set role musicverse_system");
  await client.query(
    `insert into assets (account_id, id, kind, status, title, hashtags, tags, metadata)
     select $1[1 + n % 3], gen_random_uuid(), 'reel', 'draft', 'number ' || n, '{}', array['tag' || n % 1000], '{}' from generate_series(1, 12000) n`.replace(
      "$1[",
      "($1::uuid[])[",
    ),
    [accounts],
  );
  await client.query("reset role");
  const owner = new Client({ connectionString: app.database.adminUrl });
  await owner.connect();
  await owner.query("vacuum analyze assets");
  await owner.end();

  const filter = { platform: null, kind: null, status: null };
  const [mine = ""] = accounts;
  for (const search of [
    { words: "number 300", tags: [] },
    { words: "300 or 603 -number9", tags: [] },
    { words: null, tags: ["tag300"] },
  ]) {
    const { text, values } = searchAssets(mine, { after: null, limit: 20 }, search, filter);
    await client.query("begin; set local role musicverse_system");
    const { rows: found } = await client.query(text, values);
    expect(found.length, JSON.stringify(search)).toBeGreaterThan(0);
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain ${text}`, values);
    await client.query("rollback");
    expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("Bitmap Index Scan on assets_search");
  }
  await client.end();
});
