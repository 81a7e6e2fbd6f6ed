import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** What callers write ends up in headers, log lines, SQL and paths: as data, never as more of them. */
let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  app = await startTestApp({ worker: false });
  account = await app.signUp();
});
afterAll(() => app?.close());

function raw(lines: string[], body = ""): Promise<string> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  return text(socket);
}
const authorized = (...lines: string[]) => [
  ...lines.slice(0, 1),
  "Host: musicverse",
  `Authorization: Bearer ${account.testKey}`,
  ...lines.slice(1),
  "Connection: close",
];

test("every line of the log is one JSON object, whatever names, ids and paths contain", async () => {
  const nasty = 'evil\r\n{"level":50,"msg":"forged"}\u001b[2J';
  await account.test.apiKeys.create({ name: nasty });
  await app.request("get", `/v1/tracks/${encodeURIComponent(nasty)}`, { key: account.testKey });
  await app.request("get", `/no/${encodeURIComponent(nasty)}?x=${encodeURIComponent(nasty)}`, { key: account.testKey });
  await raw(authorized("GET /v1/profile HTTP/1.1", 'X-Request-Id: a\u001b[31m","msg":"forged'));
  await app.request("get", "/v1/profile", {
    headers: { Authorization: `Bearer ${encodeURIComponent(nasty)}`, "User-Agent": 'x","msg":"forged' },
  });
  const lines = app
    .logged()
    .split("\n")
    .filter((line) => line !== "");
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) {
    const entry = JSON.parse(line) as { msg: string };
    expect(entry.msg).not.toBe("forged");
    // oxlint-disable-next-line no-control-regex -- a terminal would obey it
    expect(line).not.toMatch(/\u001b/);
  }
});

test("a request id that would break a line or a header is replaced", async () => {
  const answer = await raw(authorized("GET /v1/profile HTTP/1.1", "X-Request-Id: bad id; Set-Cookie: x=1"));
  expect(answer).toMatch(/\r\nX-Request-Id: req_[0-9a-z]{26}\r\n/i);
  expect(answer).not.toMatch(/set-cookie/i);
});

test("a title cannot add headers to the download of its track", async () => {
  const upload = (title: string) => {
    const form = new FormData();
    form.append("title", title);
    form.append("file", new Blob([wavOf({ seconds: 0.2 })], { type: "audio/wav" }), "a.wav");
    return app.request("post", "/v1/tracks", { key: account.testKey, raw: form });
  };
  expect((await upload("a\r\nSet-Cookie: x=1")).status).toBe(400);
  const made = await upload('a"; filename="b.exe; <script>é/../..\\c');
  expect(made.status, made.text).toBe(201);
  const answer = await app.request("get", `/v1/tracks/${String(made.body["id"])}/audio`, { key: account.testKey });
  expect(answer.status).toBe(200);
  expect(answer.headers["set-cookie"]).toBeUndefined();
  expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  const disposition = answer.headers["content-disposition"] ?? "";
  expect(disposition).not.toMatch(/[\r\n<>]|filename="b|\.\.[/\\]/);
});

test.for([
  "'; drop table accounts; --",
  "' or '1'='1",
  "%27%20or%201%3D1",
  "\\'; select pg_sleep(9); --",
  "$1",
  "{{7*7}}",
  "${7*7}",
])("SQL and templates in every text are only text: %s", async (payload) => {
  const key = await account.test.apiKeys.create({ name: payload });
  expect(key.name).toBe(payload);
  expect((await account.test.apiKeys.get(key.id)).name).toBe(payload);
  expect((await app.request("get", `/v1/tracks/${encodeURIComponent(payload)}`, { key: account.testKey })).status).toBe(
    404,
  );
  expect(
    (await app.request("get", `/v1/events?type=${encodeURIComponent(payload)}`, { key: account.testKey })).status,
  ).toBe(400);
  expect(
    (await app.request("get", `/v1/tracks?cursor=${encodeURIComponent(payload)}`, { key: account.testKey })).status,
  ).toBe(400);
  expect(
    (await app.request("post", "/v1/sessions", { body: { email: "a@example.com", password: payload.padEnd(12, "x") } }))
      .status,
  ).toBe(401);
});

test.for([
  "/v1/tracks/../api-keys",
  "/v1/tracks/%2e%2e/api-keys",
  "/v1//tracks",
  "/v1/tracks/..%2f..%2fetc%2fpasswd",
  "/v1/tracks\\..\\api-keys",
  "/V1/tracks",
  "/v1/tracks/",
])("no way around the path %s", async (path) => {
  const answer = await raw(authorized(`GET ${path} HTTP/1.1`));
  expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
});

test("a method in a header or in the query changes nothing", async () => {
  const key = await account.test.apiKeys.create({ name: "stays" });
  await app.request("get", `/v1/api-keys/${key.id}`, {
    key: account.testKey,
    headers: { "X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "DELETE" },
  });
  await app.request("get", `/v1/api-keys/${key.id}?_method=DELETE`, { key: account.testKey });
  expect((await account.test.apiKeys.get(key.id)).revoked_at).toBeNull();
});

test.for([
  ["two lengths", ["Content-Length: 5", "Content-Length: 6"]],
  ["a length and chunks", ["Content-Length: 5", "Transfer-Encoding: chunked"]],
  ["chunks under a false name", ["Transfer-Encoding: xchunked"]],
  ["a folded header", ["X-A: b", " Transfer-Encoding: chunked"]],
  ["a space before the colon", ["Transfer-Encoding : chunked"]],
] as const)("a request that two servers would read differently is refused: %s", async ([, lines]) => {
  const answer = await raw(
    authorized("POST /v1/generate HTTP/1.1", "Content-Type: application/json", ...lines),
    "0\r\n\r\nGET /v1/api-keys HTTP/1.1\r\nHost: x\r\n\r\n",
  );
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
});
