import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ProblemError } from "../../platform/http/problem.ts";
import { readUploadForm } from "./upload-form.ts";

test("a sender who had gone before its form is read gets an end, not a request that waits for ever", async () => {
  const outcome = Promise.withResolvers<unknown>();
  const arrived = Promise.withResolvers<void>();
  const server = createServer((raw) => {
    arrived.resolve();
    // As when the look-up of its key took longer than the sender's patience.
    raw.once("close", () => {
      const receiver = { keep: async () => null, discard: async () => undefined };
      readUploadForm(raw, receiver).then(outcome.resolve, outcome.resolve);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const headers = { "Content-Type": "multipart/form-data; boundary=b", "Content-Length": "1000" };
  const sender = request({ port, method: "POST", headers }).on("error", () => undefined);
  sender.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n');
  await arrived.promise;
  sender.destroy();
  const error = await outcome.promise;
  server.close();
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({
    code: "validation_failed",
    options: { errors: [{ path: "/body/file", code: "truncated" }] },
  });
}, 5_000);
