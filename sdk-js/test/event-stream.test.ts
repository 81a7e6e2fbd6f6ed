import { beforeEach, describe, expect, test, vi } from "vitest";
import { APIConnectionError, NotFoundError } from "../src/index.ts";
import { createEventParser } from "../src/streams/parse-events.ts";
import { events, json, misbehave, problem } from "./misbehaving-server.ts";
import { pauses } from "./recorded-sleep.ts";

vi.mock("../src/transport/sleep.ts", () => import("./recorded-sleep.ts"));
beforeEach(() => void pauses.splice(0));

const state = (id: number, status: string, progress = 0): string =>
  `id: ${id}\nevent: status\ndata: ${JSON.stringify({ id: "gen_1", status, progress })}\n\n`;

describe("the parser reads what the standard allows", () => {
  const text = [
    "\uFEFF: comment\r\nid: 1\r\nevent: a\r\ndata: one\r\ndata: two\r\n\r\n",
    "data:x\rid: 2\r\rretry: 250\nretry: soon\nunknown: 1\ndata\n\n",
    "id\ndata: ü€\n\ndata: cut",
  ].join("");
  const expected = [
    { event: "a", data: "one\ntwo", id: "1" },
    { event: "message", data: "x", id: "2" },
    { event: "message", data: "", id: "2" },
    { event: "message", data: "ü€", id: "" },
  ];
  const bytes = new TextEncoder().encode(text);
  test.each([1, 2, 3, 7, 1_000])("in chunks of %i bytes", (size) => {
    const parser = createEventParser();
    const seen = [];
    for (let at = 0; at < bytes.length; at += size) seen.push(...parser.push(bytes.slice(at, at + size)));
    expect(seen).toEqual(expected);
    expect(parser.retryMs).toBe(250);
  });
});

test("a stream ends after the final state, with names, data and ids", async () => {
  await using server = await misbehave(
    events([state(1, "queued"), ": keep-alive\n\n", state(2, "completed", 1)], "stay"),
  );
  const seen = await Array.fromAsync(server.client().generations.streamEvents("gen_1"));
  expect(seen).toMatchObject([
    { event: "status", id: "1", data: { status: "queued" } },
    { event: "status", id: "2", data: { status: "completed" } },
  ]);
  expect(server.requests[0]?.headers.accept).toBe("text/event-stream");
});

describe("a broken stream goes on after the last event seen, without loss or repetition", () => {
  test.each([
    ["closed properly", "close"],
    ["cut", "cut"],
  ] as const)("%s", async (_, end) => {
    await using server = await misbehave(
      events([state(1, "queued"), state(2, "running", 0.5)], end),
      events([state(3, "running", 0.8)], end),
      events([state(4, "completed", 1)]),
    );
    const seen = await Array.fromAsync(server.client().generations.streamEvents("gen_1"));
    expect(seen.map(({ id }) => id)).toEqual(["1", "2", "3", "4"]);
    expect(server.requests.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "2", "3"]);
    expect(pauses).toEqual([1_000, 1_000]);
  });

  test("in the middle of an event, which arrives whole from the next connection", async () => {
    await using server = await misbehave(
      events([state(1, "queued"), state(2, "completed", 1).slice(0, 30)], "cut"),
      events([state(2, "completed", 1)]),
    );
    const seen = await Array.fromAsync(server.client().generations.streamEvents("gen_1"));
    expect(seen.map(({ id, data }) => [id, data.status])).toEqual([
      ["1", "queued"],
      ["2", "completed"],
    ]);
    expect(server.requests[1]?.headers["last-event-id"]).toBe("1");
  });

  test("after the pause that the server asked for", async () => {
    await using server = await misbehave(events(["retry: 40\n\n", state(1, "queued")]), events([state(2, "failed")]));
    await Array.fromAsync(server.client().generations.streamEvents("gen_1"));
    expect(pauses).toEqual([40]);
  });

  test("from an id that the caller kept", async () => {
    await using server = await misbehave(events([state(9, "completed")]));
    await Array.fromAsync(server.client().generations.streamEvents("gen_1", { last_event_id: "8" }));
    expect(server.requests[0]?.headers["last-event-id"]).toBe("8");
  });
});

test("a silent connection counts as broken", async () => {
  await using server = await misbehave(events([state(1, "queued")], "stay"), events([state(2, "completed", 1)]));
  const seen = await Array.fromAsync(server.client().generations.streamEvents("gen_1", {}, { timeoutMs: 80 }));
  expect(seen.map(({ id }) => id)).toEqual(["1", "2"]);
});

test("leaving the loop closes the connection", async () => {
  let closed = false;
  await using server = await misbehave((response, request) => {
    response.on("close", () => void (closed = true));
    return events([state(1, "queued")], "stay")(response, request);
  });
  for await (const event of server.client().generations.streamEvents("gen_1")) if (event.id === "1") break;
  await vi.waitFor(() => expect(closed).toBe(true));
  expect(server.requests).toHaveLength(1);
});

test("the caller's abort ends the stream with its reason", async () => {
  const caller = new AbortController();
  await using server = await misbehave(events([state(1, "queued")], "stay"));
  const follow = async (): Promise<void> => {
    for await (const event of server.client().generations.streamEvents("gen_1", {}, { signal: caller.signal }))
      if (event.id) caller.abort(new Error("user left"));
  };
  await expect(follow()).rejects.toThrow("user left");
  expect(server.requests).toHaveLength(1);
});

test("an answer that another try would not change is thrown", async () => {
  await using server = await misbehave(problem(404, "not_found"));
  await expect(Array.fromAsync(server.client().generations.streamEvents("gen_1"))).rejects.toBeInstanceOf(
    NotFoundError,
  );
  expect(server.requests).toHaveLength(1);
});

test("something that is no event stream is not taken for one", async () => {
  await using server = await misbehave(json({ hello: 1 }));
  await expect(Array.fromAsync(server.client().generations.streamEvents("gen_1"))).rejects.toThrow(
    /event stream.*application\/json/,
  );
});

test("connections that bring no event are opened less and less often", async () => {
  const silent = events([": keep-alive\n\n"]);
  await using server = await misbehave(
    events([state(1, "queued")]),
    silent,
    silent,
    silent,
    events([state(2, "completed", 1)]),
  );
  await Array.fromAsync(server.client().generations.streamEvents("gen_1"));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000]);
});

test("a server that always closes without a byte is given up", async () => {
  await using server = await misbehave(
    (response) => void response.writeHead(200, { "content-type": "text/event-stream" }).end(),
  );
  await expect(Array.fromAsync(server.client().generations.streamEvents("gen_1"))).rejects.toThrow("closed the stream");
  expect(server.requests).toHaveLength(4);
});

test("a server that is gone is given up after the usual tries", async () => {
  await using server = await misbehave(events([state(1, "queued")], "cut"), (response) => void response.destroy());
  const client = server.client({ retriesMax: 1 });
  await expect(Array.fromAsync(client.generations.streamEvents("gen_1"))).rejects.toBeInstanceOf(APIConnectionError);
});
