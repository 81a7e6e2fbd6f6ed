import { once } from "node:events";
import { connect } from "node:net";
import express from "express";
import { expect, test } from "vitest";
import { listen } from "./server.ts";

test("connections that ask for nothing do not hold up a graceful stop; a request that has begun is answered", async () => {
  const app = express();
  app.get("/", (_request, response) => void response.end("answered"));
  const server = await listen(app, { host: "127.0.0.1", port: 0, stallTimeoutMs: 60_000 });
  const port = Number(new URL(server.url).port);
  const [silent, asking] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
  await Promise.all([once(silent, "connect"), once(asking, "connect")]);
  asking.write("GET / HTTP/1.1\r\nHost: x\r\n");
  // Both are accepted, and what was sent has arrived, once an answer has come to a third.
  expect(await (await fetch(server.url)).text()).toBe("answered");

  const closed = server.close(60_000);
  await once(silent, "close");
  asking.write("\r\n");
  const [answer] = (await once(asking, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 200 [^]*answered$/);
  await closed;
}, 10_000);
