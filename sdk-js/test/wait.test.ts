import { beforeEach, describe, expect, test, vi } from "vitest";
import { APITimeoutError, GenerationCanceledError, GenerationFailedError, NotFoundError } from "../src/index.ts";
import { events, hang, json, misbehave, problem } from "./misbehaving-server.ts";
import type { Step } from "./misbehaving-server.ts";
import { pauses } from "./recorded-sleep.ts";

vi.mock("../src/transport/sleep.ts", () => import("./recorded-sleep.ts"));
beforeEach(() => void pauses.splice(0));

const generation = (status: string, more: object = {}): object => ({
  object: "generation",
  id: "gen_1",
  status,
  progress: 0,
  error: null,
  track_id: null,
  ...more,
});
const sse = (...states: object[]): Step =>
  events(states.map((state, index) => `id: ${index}\ndata: ${JSON.stringify(state)}\n\n`));
const completed = generation("completed", { track_id: "trk_1", progress: 1 });

test("wait follows the stream, reports each state and returns the completed generation", async () => {
  await using server = await misbehave(sse(generation("queued"), generation("running"), completed));
  const seen: string[] = [];
  const done = await server.client().generations.wait("gen_1", { onProgress: ({ status }) => void seen.push(status) });
  expect(done).toEqual(completed);
  expect(seen).toEqual(["queued", "running", "completed"]);
  expect(server.requests.map(({ url }) => url)).toEqual(["/v1/generations/gen_1/events"]);
});

test("a failed generation is an error with its reason", async () => {
  await using server = await misbehave(
    sse(generation("failed", { error: { code: "content_policy", message: "Refused." } })),
  );
  const error = await server
    .client()
    .generations.wait("gen_1")
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GenerationFailedError);
  expect(error).toMatchObject({
    code: "content_policy",
    generation: { id: "gen_1" },
    message: "gen_1 failed (content_policy): Refused.",
  });
});

test("a canceled generation is an error of its own", async () => {
  await using server = await misbehave(sse(generation("canceled")));
  await expect(server.client().generations.wait("gen_1")).rejects.toBeInstanceOf(GenerationCanceledError);
});

const asked = (...answers: Step[]): Step => {
  let next = 0;
  return (response, request) => answers[Math.min(next++, answers.length - 1)]?.(response, request);
};
const noStreams =
  (blocked: Step, plain: Step): Step =>
  (response, request) =>
    (request.url.endsWith("/events") ? blocked : plain)(response, request);

describe("where streams do not get through, it asks", () => {
  test.each([
    ["a proxy answers 502", problem(502, "bad_gateway")],
    ["the connection is cut", (response) => void response.destroy()],
    ["it is turned into something else", json({})],
  ] as [string, Step][])("%s", async (_, blocked) => {
    await using server = await misbehave(
      noStreams(
        blocked,
        asked(json(generation("running"), 200, { "retry-after": "3" }), json(generation("running")), json(completed)),
      ),
    );
    const seen: string[] = [];
    const done = await server
      .client({ retriesMax: 0 })
      .generations.wait("gen_1", { onProgress: ({ status }) => void seen.push(status) });
    expect(done).toEqual(completed);
    expect(seen).toEqual(["running", "running", "completed"]);
    expect(pauses.slice(-2)).toEqual([3_000, 2_000]);
  });
});

test("a generation that does not exist is reported at once, without polling", async () => {
  await using server = await misbehave(problem(404, "not_found"));
  await expect(server.client().generations.wait("gen_1")).rejects.toBeInstanceOf(NotFoundError);
  expect(server.requests).toHaveLength(1);
});

test("timeoutMs limits the whole wait and says that the work goes on", async () => {
  await using server = await misbehave(hang);
  const error = await server
    .client()
    .generations.wait("gen_1", { timeoutMs: 50 })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(APITimeoutError);
  expect(String(error)).toContain("it goes on");
});

test("the caller's abort ends it with the caller's reason", async () => {
  const caller = new AbortController();
  await using server = await misbehave(() => caller.abort(new Error("user left")));
  await expect(server.client().generations.wait("gen_1", { signal: caller.signal })).rejects.toThrow("user left");
});

test("an error of onProgress is the caller's: it ends the wait and comes out unchanged", async () => {
  await using server = await misbehave(sse(generation("queued"), completed));
  const mistake = new TypeError("undefined is not a function");
  const onProgress = (): void => {
    throw mistake;
  };
  await expect(server.client().generations.wait("gen_1", { onProgress })).rejects.toBe(mistake);
  expect(server.requests).toHaveLength(1);
});

test("a state that this version does not know is waited through", async () => {
  await using server = await misbehave(sse(generation("resting"), completed));
  await expect(server.client().generations.wait("gen_1")).resolves.toEqual(completed);
});
