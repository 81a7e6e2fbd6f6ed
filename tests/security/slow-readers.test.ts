import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wavOf } from "../../server/test-kit/audio.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

const STALL_MS = 1_000;

/** Clients that ask for much and do not read it hold a connection, a file and memory only for as long as the server has patience. */
let app: TestApp;
let account: TestAccount;
let path: string;
let bytes: number;
beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { STALL_TIMEOUT_MS: String(STALL_MS) } });
  account = await app.signUp();
  // More than the buffers of both ends of a connection hold.
  const track = await account.test.tracks.upload({ file: wavOf({ seconds: 200, hertz: 0 }) });
  [path, bytes] = [`/v1/tracks/${track.id}/audio`, track.bytes];
});
afterAll(() => app?.close());

function ask(): Socket {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: musicverse\r\nAuthorization: Bearer ${account.testKey}\r\nConnection: close\r\n\r\n`,
  );
  return socket;
}
const ended = (how: RegExp) =>
  app
    .logged()
    .split("\n")
    .filter((line) => line.includes('"operation":"downloadTrackAudio"') && how.test(line)).length;

test("who asks for audio and reads nothing of it is cut off, each of many, and nobody else waits for them", async () => {
  const sockets = Array.from({ length: 5 }, ask);
  try {
    expect((await app.request("get", "/v1/profile", { key: account.testKey })).status).toBe(200);
    await expect.poll(() => ended(/"aborted":true/), { timeout: 15_000 }).toBe(5);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test("who reads slowly, with pauses, gets all of it, however long that takes", async () => {
  const socket = ask();
  const startedAt = performance.now();
  let [got, since] = [0, 0];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    got += chunk.length;
    since += chunk.length;
    if (since > bytes / 12) {
      since = 0;
      await pause(STALL_MS / 5);
    }
  }
  expect(performance.now() - startedAt).toBeGreaterThan(2 * STALL_MS);
  expect(got).toBeGreaterThan(bytes);
});
