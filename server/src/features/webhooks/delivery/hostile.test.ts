import { createServer, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createWorld, type World } from "../world.fixture.ts";

let world: World;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  world = await createWorld({ limits: { headMs: 400, totalMs: 700 } });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await world.close();
});

const head = (status: string, ...fields: string[]) => [`HTTP/1.1 ${status}`, ...fields, "", ""].join("\r\n");
const bomb = gzipSync(Buffer.alloc(30_000_000));
const forEver = (socket: Socket, everyMs: number, text: string) => {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.once("close", () => clearInterval(timer));
};

/** A receiver that writes exactly what it likes. */
async function hostile(answer: (socket: Socket) => void): Promise<{ url: string; requests(): number }> {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      requests += 1;
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(
    () => server.close(),
    () => sockets.forEach((socket) => socket.destroy()),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests: () => requests };
}

interface Expected {
  status: "succeeded" | "pending";
  code: number | null;
  error: string | null;
}

const attacks: [name: string, answer: (socket: Socket) => void, expected: Expected][] = [
  [
    "sends its head byte by byte (slow-loris)",
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx-slow: ");
      forEver(socket, 20, "x");
    },
    { status: "pending", code: null, error: "timeout" },
  ],
  [
    "drips a body that never ends",
    (socket) => {
      socket.write(head("200 OK", "transfer-encoding: chunked"));
      forEver(socket, 20, "1\r\nx\r\n");
    },
    { status: "pending", code: 200, error: "timeout" },
  ],
  [
    "pours a body that never ends",
    (socket) => {
      socket.write(head("200 OK", "transfer-encoding: chunked"));
      const pump = () => {
        while (socket.writable && socket.write(`4000\r\n${"y".repeat(0x4000)}\r\n`));
      };
      socket.on("drain", pump);
      pump();
    },
    { status: "succeeded", code: 200, error: null },
  ],
  [
    "answers with a gzip bomb",
    (socket) => {
      socket.write(head("200 OK", "content-encoding: gzip", `content-length: ${bomb.length}`));
      socket.write(bomb);
    },
    { status: "succeeded", code: 200, error: null },
  ],
  [
    "resets the connection in the middle of the body",
    (socket) => {
      socket.write(`${head("200 OK", "content-length: 100")}half`, () => socket.resetAndDestroy());
    },
    { status: "pending", code: 200, error: "reset" },
  ],
  [
    "sends informational answers and nothing else",
    (socket) => {
      socket.write(head("103 Early Hints", "link: </x>"));
      forEver(socket, 50, head("102 Processing"));
    },
    { status: "pending", code: null, error: "timeout" },
  ],
  [
    "sends informational answers first",
    (socket) => {
      socket.end(head("103 Early Hints", "link: </x>") + head("200 OK", "content-length: 0"));
    },
    { status: "succeeded", code: 200, error: null },
  ],
  [
    "speaks HTTP/1.0",
    (socket) => {
      socket.end("HTTP/1.0 200 OK\r\n\r\nold");
    },
    { status: "succeeded", code: 200, error: null },
  ],
  [
    "redirects to a private address",
    (socket) => {
      socket.end(head("307 Temporary Redirect", "location: http://10.0.0.1/", "content-length: 0"));
    },
    { status: "pending", code: 307, error: "status_307" },
  ],
  [
    "sends a head of megabytes",
    (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx-large: ${"z".repeat(2_000_000)}\r\n\r\n`);
    },
    { status: "pending", code: null, error: "invalid_response" },
  ],
  [
    "speaks another protocol",
    (socket) => {
      socket.end("220 smtp.example ESMTP\r\n");
    },
    { status: "pending", code: null, error: "invalid_response" },
  ],
];

test.each(attacks)("a receiver that %s costs one bounded attempt", async (_name, answer, expected) => {
  const { url, requests } = await hostile(answer);
  const endpoint = await world.endpoint(url);
  await world.emitSample("track.created");
  const startedAt = performance.now();
  await world.drain(endpoint);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  const [delivery] = await world.deliveries(endpoint);
  expect(delivery).toMatchObject({
    status: expected.status,
    last_status_code: expected.code,
    last_error: expected.error,
    attempts_count: 1,
  });
  const [attempt] = await world.attempts(delivery?.id ?? "");
  expect(attempt?.response_body?.length ?? 0).toBeLessThanOrEqual(4_096);
  expect(requests()).toBe(1);
});
