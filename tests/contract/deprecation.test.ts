import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LogEntry } from "@musicverse/sdk";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import type { Contract } from "../../tools/openapi/operations-table.ts";

const announced = vi.hoisted(() => ({
  date: "2026-11-21",
  sunset: "2027-05-21",
  link: "https://musicverse.dev/deprecations/list-tracks",
  replacement: "listSongs",
}));

// The server obeys a table made from the contract: here one of a contract in which two operations are deprecated.
vi.mock("../../server/src/generated/operations.ts", async () => {
  const { operationsTable } = await import("../../tools/openapi/operations-table.ts");
  const contract = await readContract();
  for (const [path, method] of [
    ["/v1/tracks", "get"],
    ["/v1/plans/{plan_id}", "get"],
  ] as const) {
    Object.assign(contract.paths[path]?.[method] ?? {}, { deprecated: true, "x-deprecation": announced });
  }
  return { operations: operationsTable(contract) };
});

async function readContract(): Promise<Contract> {
  const { readFile } = await import("node:fs/promises");
  return JSON.parse(await readFile(new URL("../../openapi/dist/openapi.json", import.meta.url), "utf8")) as Contract;
}

/** What will end announces itself, on whatever answer. */
describe("deprecated operations", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false });
    account = await app.signUp();
  });
  afterAll(() => app?.close());

  const headers = {
    deprecation: `@${Date.UTC(2026, 10, 21) / 1000}`,
    sunset: "Fri, 21 May 2027 00:00:00 GMT",
    link: `<${announced.link}>; rel="deprecation"; type="text/html", <${announced.link}>; rel="sunset"; type="text/html"`,
  };

  test("say so on every answer, refusals included", async () => {
    const { testKey: key } = account;
    const answers = [
      await app.request("get", "/v1/tracks", { key }),
      await app.request("get", "/v1/tracks"),
      await app.request("get", "/v1/tracks?limit=0", { key }),
      await app.request("get", "/v1/plans/pro"),
      await app.request("get", "/v1/plans/none"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 400, 200, 404]);
    for (const answer of answers) expect(answer.headers).toMatchObject(headers);
  });

  test("the others say nothing of it", async () => {
    for (const path of ["/v1/plans", "/v1/tracks/trk_01kbq5s7m8e5xv2p0t6w9r4c3d", "/v1/nothing"]) {
      const answer = await app.request("get", path, { key: account.testKey });
      for (const name of Object.keys(headers)) expect(answer.headers[name], path).toBeUndefined();
    }
  });

  test("the SDK tells its log once, however often it calls", async () => {
    const entries: LogEntry[] = [];
    const client = app.client(account.testKey, { log: (entry) => void entries.push(entry) });
    await client.tracks.list();
    await client.tracks.list();
    const told = entries.filter(({ event }) => event === "deprecated");
    expect(told.map(({ level, message }) => [level, message])).toEqual([
      ["warn", `GET /v1/tracks is deprecated and ends on ${headers.sunset}; see ${announced.link}`],
    ]);
  });
});

test("no operation of the contract is deprecated without saying since when and until when", async () => {
  const contract = await readContract();
  const deprecated = Object.values(contract.paths)
    .flatMap((item) => Object.values(item))
    .filter((operation) => operation.deprecated);
  expect(deprecated.filter((operation) => !operation["x-deprecation"])).toEqual([]);
});
