import { expect, test } from "vitest";
import { json, misbehave, problem } from "./misbehaving-server.ts";
import type { Step } from "./misbehaving-server.ts";

test("the answer, the raw response and both together come from one request", async () => {
  await using server = await misbehave(json({ id: "trk_1", from_the_future: true }, 200, { "x-request-id": "req_7" }));
  const pending = server.client().tracks.get("trk_1");
  const [track, { data, response, requestId }, raw] = await Promise.all([
    pending,
    pending.withResponse(),
    pending.asResponse(),
  ]);
  expect(track).toEqual({ id: "trk_1", from_the_future: true });
  expect(data).toBe(track);
  expect(requestId).toBe("req_7");
  expect(response.status).toBe(200);
  expect(await raw.json()).toEqual(track);
  expect(server.requests).toHaveLength(1);
});

test("asking for the raw response alone leaves its body unread, and an error status still throws", async () => {
  await using server = await misbehave(json({ id: "trk_1" }), problem(404, "not_found"));
  const { tracks } = server.client();
  const raw = await tracks.get("trk_1").asResponse();
  expect(raw.bodyUsed).toBe(false);
  await expect(tracks.get("trk_2").asResponse()).rejects.toHaveProperty("status", 404);
});

test("then, catch and finally work like those of any promise", async () => {
  await using server = await misbehave(json({ id: "trk_1" }), problem(404, "not_found"));
  const { tracks } = server.client();
  expect(await tracks.get("trk_1").then(({ id }) => id)).toBe("trk_1");
  let ended = false;
  const failed = tracks
    .get("trk_2")
    .finally(() => void (ended = true))
    .catch((error: unknown) => error);
  expect(await failed).toHaveProperty("code", "not_found");
  expect(ended).toBe(true);
});

test("204 gives undefined", async () => {
  await using server = await misbehave((response) => void response.writeHead(204).end());
  expect(await server.client().tracks.delete("trk_1")).toBeUndefined();
  expect(server.requests[0]).toMatchObject({ method: "DELETE", url: "/v1/tracks/trk_1" });
});

test("unknown fields and enum values pass through unchanged", async () => {
  const generation = { object: "generation", id: "gen_1", status: "resting", mood: { blue: 1 } };
  await using server = await misbehave(json(generation));
  expect(await server.client().generations.get("gen_1")).toEqual(generation);
});

test("headers: credentials, mode, defaults, per request, removal", async () => {
  await using server = await misbehave(json({}));
  const client = server.client({ mode: "test", defaultHeaders: { "x-app": "a", "x-team": "b" } });
  await client.tracks.get("trk_1", { headers: { "X-App": "c", "x-team": null } });
  await client.tracks.get("trk_1", { mode: "live" });
  const [first, second] = server.requests;
  expect(first?.headers).toMatchObject({
    authorization: "Bearer session-token",
    "musicverse-mode": "test",
    "x-app": "c",
  });
  expect(first?.headers["user-agent"]).toMatch(/^musicverse-js\/\d+\.\d+\.\d+/);
  expect(first?.headers).not.toHaveProperty("x-team");
  expect(second?.headers).toMatchObject({ "musicverse-mode": "live", "x-team": "b" });
});

test("a fetch of one's own is used", async () => {
  await using server = await misbehave(json({ id: "trk_1" }));
  const seen: string[] = [];
  const client = server.client({ fetch: (url, init) => (seen.push(url), fetch(url, init)) });
  await client.tracks.get("trk_1");
  expect(seen).toEqual([`${server.url}/v1/tracks/trk_1`]);
});

/** Three pages of two, two and one; the cursor is the index of the first item. */
const pagesOfTwo: Step = (response, { url }) => {
  const all = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
  const start = Number(new URL(url, "http://x").searchParams.get("cursor") ?? 0);
  const more = start + 2 < all.length;
  const body = {
    object: "list",
    data: all.slice(start, start + 2),
    has_more: more,
    next_cursor: more ? String(start + 2) : null,
  };
  return json(body)(response, { method: "GET", url, headers: {}, body: Buffer.alloc(0) });
};

test("iterating over a list walks all pages with the same filters", async () => {
  await using server = await misbehave(pagesOfTwo);
  const ids: string[] = [];
  for await (const generation of server.client().generations.list({ limit: 2, status: "completed" }))
    ids.push(generation.id);
  expect(ids).toEqual(["a", "b", "c", "d", "e"]);
  expect(server.requests.map(({ url }) => url)).toEqual([
    "/v1/generations?limit=2&status=completed",
    "/v1/generations?limit=2&status=completed&cursor=2",
    "/v1/generations?limit=2&status=completed&cursor=4",
  ]);
});

test("leaving the loop early fetches no further page", async () => {
  await using server = await misbehave(pagesOfTwo);
  for await (const track of server.client().tracks.list()) if (track.id === "b") break;
  expect(server.requests).toHaveLength(1);
});

test("pages can be turned by hand, and turning the last one is an error", async () => {
  await using server = await misbehave(pagesOfTwo);
  const first = await server.client().tracks.list();
  expect(first.data.map(({ id }) => id)).toEqual(["a", "b"]);
  const second = await first.getNextPage();
  const third = await second.getNextPage();
  expect([first, second, third].map((page) => page.hasNextPage())).toEqual([true, true, false]);
  expect(() => third.getNextPage()).toThrow(RangeError);
});

test("dates and lists in queries", async () => {
  await using server = await misbehave(pagesOfTwo);
  await server.client().webhooks.listDeliveries("whk_1", { since: new Date(0), status: undefined });
  expect(server.requests[0]?.url).toBe("/v1/webhooks/whk_1/deliveries?since=1970-01-01T00%3A00%3A00.000Z");
});
