import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import express from "express";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "../clock/index.ts";
import { runOperation } from "./operation.ts";
import { requestId } from "./request-id.ts";
import { route } from "./route.ts";

const path = "/v1/tracks/trk_01h455vb4pex5vsknk084sn02q/audio";
const opened: Readable[] = [];
const errors: unknown[] = [];
const arrived = Promise.withResolvers<void>();

const app = express();
app.use(requestId, route());
app.use((request, response, next) => {
  // Handed over only when the caller has gone, as when a slow look-up came before.
  arrived.resolve();
  if (request.headers["x-hangs-up"]) response.once("close", () => next());
  else next();
});
const downloadTrackAudio = async () => {
  const stream = new Readable({
    read() {
      this.push("audio");
      this.push(null);
    },
  });
  opened.push(stream);
  return { status: 200 as const, stream };
};
app.use(
  runOperation({
    handlers: { downloadTrackAudio },
    db: {} as never,
    keyRing: {} as never,
    authenticator: {} as never,
    clock: systemClock,
  }),
);
app.use(((error: unknown, _request, response, _next) => {
  errors.push(error);
  response.destroy();
}) as express.ErrorRequestHandler);
const server = createServer(app);
let port: number;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

test("what was opened for a caller who has gone is closed again, and that is no error", async () => {
  const call = httpRequest({ port, path, headers: { "X-Hangs-Up": "1" } })
    .on("error", () => undefined)
    .end();
  await arrived.promise;
  call.destroy();
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  await vi.waitFor(() => expect(opened[0]?.destroyed).toBe(true));
  expect(errors).toEqual([]);
});

test("HEAD opens nothing that stays open", async () => {
  opened.length = 0;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(opened[0]?.destroyed).toBe(true);
});
