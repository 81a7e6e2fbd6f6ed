import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { MusicVerse } from "../src/index.ts";
import type { ClientOptions } from "../src/index.ts";

export interface ReceivedRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** How one request is answered. `request` has been read already. */
export type Step = (response: ServerResponse, request: ReceivedRequest) => void | Promise<void>;

export interface MisbehavingServer extends AsyncDisposable {
  url: string;
  requests: ReceivedRequest[];
  client(options?: ClientOptions): MusicVerse;
}

/** An HTTP server on a free port that answers the first request with the first step and so on; the last one repeats. */
export async function misbehave(...steps: [Step, ...Step[]]): Promise<MisbehavingServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    // A client that gives up in the middle of its request is part of the tests.
    answer(request, response).catch(() => response.destroy());
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const received = { method, url, headers, body: await buffer(request) };
    const step = steps[Math.min(requests.length, steps.length - 1)] ?? steps[0];
    requests.push(received);
    await step(response, received);
  }
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return {
    url,
    requests,
    client: (options) => new MusicVerse({ apiKey: "session-token", baseUrl: url, ...options }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Step {
  return (response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export function problem(status: number, code: string, headers: Record<string, string> = {}, more: object = {}): Step {
  const body = {
    type: `https://musicverse.dev/errors/${code}`,
    title: code,
    status,
    detail: `Because of ${code}.`,
    code,
    request_id: "req_1",
    ...more,
  };
  return json(body, status, { "content-type": "application/problem+json", "x-request-id": "req_1", ...headers });
}

/** Closes the connection without an answer. */
export const cutOff: Step = (response) => void response.destroy();

/** Begins an answer and closes the connection in the middle of it. */
export const cutBody: Step = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"data":', () => response.destroy());
};

/** Never answers. */
export const hang: Step = () => undefined;

/** Begins an answer and stops. */
export const stall: Step = (response) =>
  void response.writeHead(200, { "content-type": "application/json", "content-length": "1000" }).write("{");

/** Writes the chunks of an event stream; then closes properly, or with `cut` in the middle. */
export function events(chunks: string[], end: "close" | "cut" | "stay" = "close"): Step {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of chunks) response.write(chunk);
    if (end === "close") response.end();
    // After the bytes are out, so that the client has seen them.
    if (end === "cut") response.write(":\n", () => setImmediate(() => response.destroy()));
  };
}
