import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { createEgressPools, createResolver, exchange } from "./index.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A server that answers each request with exactly these bytes, as `answer` writes them. */
async function rawServer(answer: (socket: Socket, count: number) => void) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => answer(socket, ++requests));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const pools = createEgressPools({
    policy: { allowLoopback: true },
    resolve: createResolver({ timeoutMs: 500 }),
    timeoutMs: 500,
    connections: 1,
    headMs: 2_000,
  });
  cleanups.push(
    () => pools.close(),
    () => sockets.forEach((socket) => socket.destroy()),
    () => server.close(),
  );
  const pool = pools.get("test", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const post = () =>
    exchange(
      pool,
      { method: "POST", path: "/", headers: ["accept-encoding", "identity"], body: "{}" },
      { headMs: 300, totalMs: 500, bodyBytesMax: 65_536, bodyBytesKept: 4_096 },
    );
  return { post, connections: () => sockets.size, requests: () => requests };
}

const head = (status: string, ...fields: string[]) => [`HTTP/1.1 ${status}`, ...fields, "", ""].join("\r\n");

test("an ordinary answer keeps its status, fields and body, and the connection", async () => {
  const { post, connections } = await rawServer((socket) => {
    socket.write(`${head("201 Created", "content-length: 2", "x-a: b")}ok`);
  });
  const first = await post();
  expect(first).toMatchObject({ statusCode: 201, error: null, headers: { "x-a": "b" } });
  expect(first.body.toString()).toBe("ok");
  expect((await post()).statusCode).toBe(201);
  expect(connections()).toBe(1);
});

test("a receiver that says nothing ends at the deadline of the head", async () => {
  const { post } = await rawServer(() => {});
  const result = await post();
  expect(result).toMatchObject({ error: "timeout", statusCode: null });
  expect(result.durationMs).toBeLessThan(480);
});

test("a head that comes byte by byte ends at the deadline of the head (slow-loris)", async () => {
  const { post } = await rawServer((socket) => {
    const timer = setInterval(() => socket.write("x"), 20);
    socket.write("HTTP/1.1 200 OK\r\nx-slow: ");
    socket.once("close", () => clearInterval(timer));
  });
  expect((await post()).error).toBe("timeout");
});

test("a body that drips for ever ends at the deadline of the exchange", async () => {
  const { post } = await rawServer((socket) => {
    socket.write(head("200 OK", "transfer-encoding: chunked"));
    const timer = setInterval(() => socket.write("1\r\nx\r\n"), 20);
    socket.once("close", () => clearInterval(timer));
  });
  const result = await post();
  expect(result).toMatchObject({ error: "timeout", statusCode: 200 });
  expect(result.durationMs).toBeGreaterThan(290);
});

test("a body without end is cut off at the cap, its status counts and 4 KB are kept", async () => {
  const { post } = await rawServer((socket) => {
    socket.write(head("200 OK", "transfer-encoding: chunked"));
    const pump = () => {
      while (socket.writable && socket.write(`1000\r\n${"y".repeat(4096)}\r\n`));
    };
    socket.on("drain", pump);
    pump();
  });
  const result = await post();
  expect(result).toMatchObject({ error: null, statusCode: 200 });
  expect(result.body.toString()).toBe("y".repeat(4096));
});

test("a compressed bomb is not unpacked", async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const { post } = await rawServer((socket) => {
    socket.write(head("200 OK", "content-encoding: gzip", `content-length: ${bomb.length}`));
    socket.write(bomb);
  });
  const result = await post();
  expect(result.error).toBeNull();
  expect(result.body.subarray(0, 2)).toEqual(bomb.subarray(0, 2));
  expect(result.body.length).toBeLessThanOrEqual(4096);
});

test("a connection reset before and in the middle of the answer is a failure, not a hang", async () => {
  const before = await rawServer((socket) => socket.resetAndDestroy());
  expect(await before.post()).toMatchObject({ error: "reset", statusCode: null });
  const middle = await rawServer((socket) => {
    socket.write(`${head("200 OK", "content-length: 100")}half`, () => socket.resetAndDestroy());
  });
  expect((await middle.post()).error).toBe("reset");
});

test("a body shorter than announced is a failure", async () => {
  const { post } = await rawServer((socket) => socket.end(`${head("200 OK", "content-length: 100")}short`));
  expect((await post()).error).toBe("reset");
});

test("what is not HTTP, and a head of more than 16 KB, is an invalid response", async () => {
  const garbage = await rawServer((socket) => socket.end("SMTP ready\r\n\r\n"));
  expect((await garbage.post()).error).toBe("invalid_response");
  const large = await rawServer((socket) => socket.write(head("200 OK", `x-large: ${"z".repeat(40_000)}`)));
  expect((await large.post()).error).toBe("invalid_response");
});

test("a redirect is an answer like any other and is never followed", async () => {
  const { post, requests } = await rawServer((socket) => {
    socket.write(head("302 Found", "location: /again", "content-length: 0"));
  });
  expect(await post()).toMatchObject({ statusCode: 302, error: null });
  expect(requests()).toBe(1);
});

test("informational answers are skipped and an HTTP/1.0 receiver works", async () => {
  const { post } = await rawServer((socket) => {
    socket.end(`${head("103 Early Hints", "link: </x>")}HTTP/1.0 200 OK\r\n\r\nold`);
  });
  const result = await post();
  expect(result).toMatchObject({ statusCode: 200, error: null });
  expect(result.body.toString()).toBe("old");
});
