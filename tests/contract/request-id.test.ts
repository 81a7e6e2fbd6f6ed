import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import type { SimulatorControl } from "@musicverse/plugin-kit";
import minimax from "@musicverse/plugin-minimax";
import { startSimulator } from "@musicverse/plugin-kit/simulator";
import { expect, onTestFinished, test } from "vitest";
import { startTestApp } from "../../server/test-kit/app.ts";
import { startReceiver } from "../../server/test-kit/receiver.ts";

/** The simulated provider, behind a door that writes down which request caused each call. */
async function startProvider(): Promise<{ url: string; control: SimulatorControl; causes: (string | undefined)[] }> {
  const load = minimax.simulator?.load;
  if (!load) throw new Error("minimax ships no simulator");
  const simulator = await startSimulator((await load())({ latency: 0 }));
  const causes: (string | undefined)[] = [];
  const door = createServer((request, response) => {
    causes.push(request.headers["x-request-id"] as string | undefined);
    const call = forward(
      simulator.origin + (request.url ?? "/"),
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(call);
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    door.closeAllConnections();
    door.close();
    await simulator.close();
  });
  return { url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`, control: simulator.control, causes };
}

test("a request's id is on everything that the request causes: its answer, log lines, its job, calls of the provider, events, webhooks", async () => {
  const [provider, receiver] = [await startProvider(), await startReceiver()];
  onTestFinished(() => receiver.close());
  const app = await startTestApp({ env: { MINIMAX_SIMULATOR_URL: provider.url } });
  onTestFinished(() => app.close());
  const { testKey: key, test } = await app.signUp();
  await test.webhooks.create({ url: receiver.url, event_types: ["generation.completed", "track.created"] });

  provider.control.fail({ fault: "unavailable", times: 1 });
  const cause = "trace-of-one-song";
  const body = { prompt: "prompt-canary", instrumental: true, duration_seconds: 5 };
  const asked = await app.request("post", "/v1/generate", { key, body, headers: { "X-Request-Id": cause } });
  expect(asked).toMatchObject({ status: 202, headers: { "x-request-id": cause } });
  const sent = [
    await receiver.next(({ event }) => event.type === "generation.completed"),
    await receiver.next(({ event }) => event.type === "track.created"),
  ];
  expect(sent.map(({ headers }) => headers["x-request-id"])).toEqual([cause, cause]);
  expect(provider.causes.length).toBeGreaterThan(1);
  expect(new Set(provider.causes)).toEqual(new Set([cause]));
  const lines = () =>
    app
      .logged()
      .split("\n")
      .filter((line) => line.includes(`"request_id":"${cause}"`))
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  await expect.poll(() => lines().toSorted()).toEqual(["generation completed", "provider call failed", "request"]);
});
