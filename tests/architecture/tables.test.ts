import { expect, test } from "vitest";
import { sourceFiles } from "./sources.ts";
import { foreignTables, tableOwners } from "./table-owners.ts";

/** Tables that are another slice's today than the one whose migration made them. */
const givenTo: Record<string, string> = {};

/** Who may read whose table beside its owner, and why; nobody may write it. */
const readers: { slice: string; table: string; why: string }[] = [
  {
    slice: "webhooks",
    table: "events",
    why: "a delivery is an event's own bytes: both are taken up by one statement per batch, and dropped with the same week",
  },
  {
    slice: "api-keys",
    table: "accounts",
    why: "a key that does not exist takes as long as one that does: both are one plan of one statement, down to the account's row",
  },
  {
    slice: "plans",
    table: "accounts",
    why: "what an account holds is one read, on the way of a request: its mode and version with its entitlements",
  },
  { slice: "plans", table: "entitlements", why: "the same read" },
  {
    slice: "entitlements",
    table: "billing_customers",
    why: "who is compared next is an anti-join of customers and looks at them",
  },
];

const slices = [...new Set(sourceFiles("server/src/features/*/*.ts").map(({ path }) => path.split("/")[3] ?? ""))];
const owners = tableOwners(sourceFiles("server/migrations/2*.ts"), slices, givenTo);
const code = sourceFiles("server/src/**/*.ts").filter(
  ({ path }) => !/\.(test|suite|fixture)\.ts$|\/fixture\.ts$|\/generated\/|^server\/src\/dev\//.test(path),
);
const foreign = foreignTables(code, owners);

test("every table is a slice's or the platform's", () => {
  expect(owners.size).toBeGreaterThan(40);
  expect([...owners].filter(([, owner]) => owner !== "platform" && !slices.includes(owner))).toEqual([]);
});

test("SQL names tables of its own slice; another slice's are reached through the functions of its index", () => {
  const unasked = foreign.filter(
    ({ slice, table, writes }) => writes || !readers.some((one) => one.slice === slice && one.table === table),
  );
  expect(
    unasked.map(
      ({ slice, table, owner, at, writes }) =>
        `${at}: ${slice} ${writes ? "writes" : "reads"} ${table}, which is ${owner}'s`,
    ),
  ).toEqual([]);
});

test("nobody is excepted who does not need it", () => {
  const unused = readers.filter(
    ({ slice, table }) => !foreign.some((one) => one.slice === slice && one.table === table),
  );
  expect(unused).toEqual([]);
});

test("a foreign table is found wherever SQL can name one", () => {
  const made = tableOwners(
    [
      {
        path: "server/migrations/1_web_hooks_create_hooks.ts",
        text: "create table hooks (); export async function down() { create table never }",
      },
      { path: "server/migrations/2_web_create_pages.ts", text: "create table pages ();" },
      { path: "server/migrations/3_web_create_views.ts", text: "create table page_views ();" },
    ],
    ["web", "web-hooks", "stats"],
    { page_views: "stats" },
  );
  expect([...made]).toEqual([
    ["hooks", "web-hooks"],
    ["pages", "web"],
    ["page_views", "stats"],
  ]);
  const found = (text: string) =>
    foreignTables([{ path: "server/src/features/web-hooks/store.ts", text }], made).map(({ table, writes }) =>
      writes ? `${table}!` : table,
    );
  const mentioned = [
    "// from pages",
    "/* from pages */",
    "`select pages.id, pages -- from pages",
    " from hooks h join hooks`",
  ];
  expect(found(mentioned.join("\n"))).toEqual([]);
  expect(found("`select (select count(*)\n  from pages)`")).toEqual(["pages"]);
  expect(found("`select from hooks h, page_views v left join pages p on true`")).toEqual(["page_views", "pages"]);
  expect(found("`insert into pages select`; `update only pages set`; `delete from pages`; tx.knex('pages')")).toEqual([
    "pages!",
    "pages!",
    "pages!",
    "pages!",
  ]);
});
