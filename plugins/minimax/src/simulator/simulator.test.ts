import { startSimulator, type RunningSimulator } from "@musicverse/plugin-kit/simulator";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createMinimaxSimulator } from "./index.ts";

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator(createMinimaxSimulator({ latency: 0 }));
});
beforeEach(() => simulator.control.clear());
afterAll(() => simulator.close());

const good = {
  model: "music-3.0",
  prompt: "Pop\nLength: about 5 seconds.",
  lyrics: "la",
  audio_setting: { format: "wav" },
};

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const authorization = "Bearer sk-sim-1";
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", authorization, ...headers },
    body: JSON.stringify(body),
  };
  return fetch(`${simulator.origin}/v1/music_generation`, init);
}
const statusCode = async (response: Response): Promise<number> =>
  ((await response.json()) as { base_resp: { status_code: number } }).base_resp.status_code;

test.each([
  [{ ...good, model: "music-1" }],
  [{ ...good, tempo: 120 }],
  [{ ...good, prompt: "x".repeat(2001) }],
  [{ ...good, lyrics: "" }],
  [{ ...good, lyrics: "x".repeat(3501) }],
  [{ ...good, lyrics: undefined }],
  [{ ...good, prompt: "", lyrics: undefined, is_instrumental: true }],
  [{ ...good, prompt: "", lyrics: undefined, lyrics_optimizer: true }],
  [{ ...good, audio_setting: { sample_rate: 48_000 } }],
  [{ ...good, stream: true }],
  [[]],
])("refuses %j as MiniMax does: 200 and 2013", async (body) => {
  const response = await post(body);
  expect([response.status, await statusCode(response)]).toEqual([200, 2013]);
});

test("a link is as good as hexadecimal", async () => {
  const hex = (await (await post(good)).json()) as { data: { audio: string } };
  const link = (await (await post({ ...good, output_format: "url" })).json()) as { data: { audio: string } };
  const file = Buffer.from(await (await fetch(link.data.audio)).arrayBuffer());
  expect(file.toString("hex") === hex.data.audio).toBe(true);
});

test("fails by header, for one request", async () => {
  const limited = await post(good, { "x-sim-fault": "rate_limit; retry-after=9" });
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "9"]);
  expect((await post(good, { "x-sim-fault": "server_error" })).status).toBe(500);
  expect(await statusCode(await post(good, { "x-sim-fault": "policy" }))).toBe(1026);
  expect(await statusCode(await post(good))).toBe(0);
});

test("fails by orders from another process, counts, and works again when they are forgotten", async () => {
  const door = `${simulator.origin}/_sim/faults`;
  const order = (body: object) =>
    fetch(door, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const before = simulator.control.effects()["song"] ?? 0;
  expect((await order({ fault: "unavailable", times: 2 })).status).toBe(204);
  expect((await order({ fault: "no such thing" })).status).toBe(400);
  expect([(await post(good)).status, (await post(good)).status, (await post(good)).status]).toEqual([503, 503, 200]);
  await order({ fault: "truncate" });
  await expect(post(good).then((response) => response.text())).rejects.toThrow("terminated");
  await order({ fault: "drop" });
  await fetch(door, { method: "DELETE" });
  expect((await post(good)).status).toBe(200);
  const counted = (await (await fetch(`${simulator.origin}/_sim/calls`)).json()) as {
    calls: Record<string, number>;
    effects: Record<string, number>;
  };
  expect(counted.calls["POST /v1/music_generation"]).toBeGreaterThan(5);
  // Truncated work was done all the same: that is what makes its outcome unknown.
  expect(counted.effects["song"]).toBe(before + 3);
});

test("hangs until told otherwise", async () => {
  simulator.control.fail({ fault: "hang", times: 1 });
  const taken = (): number => simulator.control.calls()["POST /v1/music_generation"] ?? 0;
  const before = taken();
  const hanging = post(good);
  const ended = hanging.catch(() => "cut");
  await expect.poll(taken).toBe(before + 1);
  expect(await Promise.race([ended, post(good).then(() => "another answered")])).toBe("another answered");
  simulator.control.clear();
  await expect(hanging).rejects.toThrow("fetch failed");
});

test("a bad key is told from a missing one", async () => {
  expect(await statusCode(await post(good, { authorization: "Bearer sk-sim-revoked" }))).toBe(2049);
  const missing = await post(good, { authorization: "" });
  expect([missing.status, await statusCode(missing)]).toEqual([401, 1004]);
});
