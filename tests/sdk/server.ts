// The misbehaving server of the table, a process of its own. See README.md.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { answer } from "./answers.ts";
import type { RecordedRequest, Step } from "./case.ts";
import { loadTable } from "./table.ts";

interface Prepared {
  steps: Step[];
  requests: RecordedRequest[];
}

const prepared = new Map<string, Prepared>();
let lastId = 0;

const server = createServer((request, response) => {
  // A client that gives up in the middle of its request is part of the cases.
  handle(request, response).catch((error: unknown) => {
    if (response.headersSent || request.destroyed) return void response.destroy();
    response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
// The runner may be killed: nobody would end this process then.
process.stdin.resume().on("end", () => process.exit(0));

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, area = "", id = "", ...rest] = (request.url ?? "").split("/");
  if (area === "control") return control(request, response);
  const own = area === "c" ? prepared.get(id) : undefined;
  if (!own) return void response.writeHead(404, { "content-type": "text/plain" }).end("no such case");
  const recorded = await record(request, `/${rest.join("/")}`);
  const step = own.steps[Math.min(own.requests.length, own.steps.length - 1)];
  own.requests.push(recorded);
  response.once("close", () => {
    recorded.closed_by_client = !response.writableEnded && !response.errored && !isOurEnd(step);
  });
  if (step) answer(step, response);
}

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, , what, id = ""] = (request.url ?? "").split("/");
  if (what === "table") return json(response, loadTable());
  if (request.method === "POST")
    return json(response, await prepare(JSON.parse(await text(request)) as { server: Step[] | "unreachable" }));
  const found = prepared.get(id);
  if (!found) return void response.writeHead(404).end();
  if (request.method === "DELETE") prepared.delete(id);
  json(response, { requests: found.requests });
}

async function prepare({
  server: steps,
}: {
  server: Step[] | "unreachable";
}): Promise<{ id: string; base_url: string }> {
  lastId += 1;
  const id = String(lastId);
  prepared.set(id, { steps: steps === "unreachable" ? [] : steps, requests: [] });
  const origin =
    steps === "unreachable" ? await closedOrigin() : `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { id, base_url: `${origin}/c/${id}` };
}

/** Where something listened a moment ago. */
async function closedOrigin(): Promise<string> {
  const brief = createServer();
  await new Promise<void>((resolve) => void brief.listen(0, "127.0.0.1", resolve));
  const { port } = brief.address() as AddressInfo;
  await new Promise((resolve) => void brief.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function record(request: IncomingMessage, url: string): Promise<RecordedRequest> {
  const body = await buffer(request);
  const [path = "", query] = url.split("?");
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const form = headers["content-type"]?.startsWith("multipart/form-data")
    ? await readForm(body, headers["content-type"])
    : null;
  return {
    method: request.method ?? "",
    path,
    query: Object.fromEntries(new URLSearchParams(query)),
    headers,
    body: body.toString(),
    form,
    closed_by_client: false,
  };
}

async function readForm(body: Buffer, type: string): Promise<RecordedRequest["form"]> {
  const parts = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const form: NonNullable<RecordedRequest["form"]> = {};
  for (const [name, part] of parts)
    form[name] =
      typeof part === "string" ? part : { content: await part.text(), filename: part.name, content_type: part.type };
  return form;
}

/** The connection breaks because the step says so. */
function isOurEnd(step: Step | undefined): boolean {
  return step?.end === "cut" || step?.end === "refuse";
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}
