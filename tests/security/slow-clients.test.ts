import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** Clients that send slowly, or never, hold a connection only for as long as the server has patience. */
let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { BODY_TIMEOUT_MS: "300" } });
  account = await app.signUp();
});
afterAll(() => app?.close());

/** Sends the head, then a byte now and then; all that comes back until the connection is closed. */
async function drip(request: string): Promise<string> {
  const socket = open();
  socket.on("error", () => undefined);
  socket.write(request);
  const more = setInterval(() => socket.write("a"), 50);
  try {
    return await text(socket);
  } finally {
    clearInterval(more);
  }
}

function open(): Socket {
  const { hostname, port } = new URL(app.url);
  return connect(Number(port), hostname);
}
const head = (length: number) =>
  [
    "POST /v1/generate HTTP/1.1",
    "Host: musicverse",
    `Authorization: Bearer ${account.testKey}`,
    "Content-Type: application/json",
    `Content-Length: ${length}`,
    "",
    "",
  ].join("\r\n");

const formHead = (path: string) =>
  [
    `POST ${path} HTTP/1.1`,
    "Host: musicverse",
    "Accept: */*",
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Length: 1000",
    "",
    "",
  ].join("\r\n");

test("a JSON body that comes byte by byte is given up, named, and its connection closed", async () => {
  const answer = await drip(head(1000));
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  expect(answer).toContain("The body did not arrive within 0.3 seconds");
});

test.each([
  ["the form of a page", "/forgot-password", "text/html"],
  ["a form of the sign-in pages", "/oauth/interaction/made-up", "text/html"],
  ["a token request", "/oauth/token", "application/json"],
  ["a revocation", "/oauth/revoke", "application/json"],
  ["a request that is pushed ahead", "/oauth/par", "application/json"],
])("%s that comes byte by byte is given up (408), and its connection closed", async (_name, path, type) => {
  const answer = await drip(formHead(path));
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  expect(answer).toContain(type);
  expect(answer).toContain("The body did not arrive within 0.3 seconds");
});

test("the webhook of a provider that comes byte by byte is given up, too", async () => {
  const answer = await drip(formHead("/hooks/minimax"));
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
});

test("who leaves in the middle of a token request is no failure of ours: nothing is printed, and the log has no stack", async () => {
  const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => printed.mockRestore());
  const socket = open();
  socket.write(`${formHead("/oauth/token")}grant_type=refresh_token&refresh_token=pw-canary`);
  // Whole ones that came after it were answered, so it is being read.
  for (let index = 0; index < 2; index += 1)
    await fetch(`${app.url}/oauth/token`, { method: "POST", body: new URLSearchParams({ grant_type: "x" }) });
  socket.resetAndDestroy();
  await expect.poll(() => app.logged()).toContain("client of the authorization server disconnected");
  expect(printed).not.toHaveBeenCalled();
  expect(app.logged()).not.toContain("pw-canary");
  expect(app.logged()).not.toContain("authorization server error");
});

test("two hundred of them at once hold nobody else up, and none stays", async () => {
  const slow = Array.from({ length: 200 }, () => {
    const socket = open();
    socket.on("error", () => undefined);
    socket.write(head(500));
    return { socket, closed: new Promise((resolve) => socket.once("close", resolve)) };
  });
  for (const { socket } of slow) socket.resume();
  expect((await app.request("get", "/v1/profile", { key: account.testKey })).status).toBe(200);
  await Promise.all(slow.map(({ closed }) => closed));
});

test("a body that ends before its announced length is refused, and nothing is stored", async () => {
  const socket = open();
  socket.end(`${head(1000)}{"prompt":"prompt-canary"`);
  await text(socket).catch(() => "");
  expect((await account.test.generations.list()).data).toEqual([]);
});
