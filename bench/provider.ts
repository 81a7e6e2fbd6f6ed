// A music provider in its own process: the simulator makes each song once, and what it answered is sent again whenever the
// same is asked. Making music is the provider's work, and would otherwise take more of the cores than all that is measured.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import minimax from "@musicverse/plugin-minimax";
import { startSimulator } from "@musicverse/plugin-kit/simulator";

/** What a provider takes for a song, in milliseconds; a real one takes ten times as long. */
const THINKING_MS = 2_000;

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

if (!minimax.simulator) throw new Error("minimax ships no simulator");
const simulator = await startSimulator((await minimax.simulator.load())({ latency: 0 }));
const answers = new Map<string, Promise<Answer>>();

async function ask(method: string, url: string, headers: Record<string, string>, body: Buffer): Promise<Answer> {
  const response = await fetch(simulator.origin + url, {
    method,
    headers,
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    body: Buffer.from(await response.arrayBuffer()),
  };
}

const server = createServer((request, response) => {
  void (async () => {
    const { method = "GET", url = "/" } = request;
    const body = await buffer(request);
    const key = createHash("sha256").update(`${method} ${url} `).update(body).digest("hex");
    const { authorization = "", "content-type": type = "" } = request.headers;
    if (!answers.has(key)) answers.set(key, ask(method, url, { authorization, "content-type": type }, body));
    const [answer] = await Promise.all([answers.get(key), sleep(THINKING_MS)]);
    if (answer)
      response
        .writeHead(answer.status, { "content-type": answer.type, "content-length": answer.body.length })
        .end(answer.body);
  })();
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : null });
});
