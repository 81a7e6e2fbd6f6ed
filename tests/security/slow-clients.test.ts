import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** Clients that send slowly, or never, hold a connection only for as long as the server has patience. (API-46) */
let app: TestApp;
let account: TestAccount;
beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { BODY_TIMEOUT_MS: "300" } });
  account = await app.signUp();
});
afterAll(() => app?.close());

function open(): Socket {
  const { hostname, port } = new URL(app.url);
  return connect(Number(port), hostname);
}
const head = (length: number) => [
  "POST /v1/generate HTTP/1.1", "Host: musicverse", `Authorization: Bearer ${account.testKey}`, "Content-Type: application/json", `Content-Length: ${length}`, "", "",
].join("\r\n");

test("a JSON body that comes byte by byte is given up, named, and its connection closed", async () => {
  const socket = open();
  socket.write(head(1000));
  const drip = setInterval(() => socket.write(" "), 50);
  const answer = await text(socket);
  clearInterval(drip);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  expect(answer).toContain("The body did not arrive within 0.3 seconds");
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
