import { inspect } from "node:util";
import { expect, expectTypeOf, test } from "vitest";
import { createClient, GenerationsResource, TracksResource } from "../src/index.ts";
import type { Track } from "../src/index.ts";
import { json, misbehave, problem } from "./misbehaving-server.ts";

test("a client of some groups has these and no other, with everything that the whole client does", async () => {
  await using server = await misbehave(problem(503, "not_ready", { "retry-after": "0" }), json({ id: "trk_1" }));
  const client = createClient(
    { tracks: TracksResource, songs: GenerationsResource },
    { apiKey: "token", baseUrl: server.url },
  );
  expect(Object.keys(client).toSorted()).toEqual(["songs", "tracks", "withOptions"]);
  const track = await client.tracks.get("trk_1");
  expectTypeOf(track).toEqualTypeOf<Track>();
  expect(track.id).toBe("trk_1");
  expect(server.requests).toHaveLength(2);
});

test("a copy of such a client changes what it is told and leaves the first as it was", async () => {
  await using server = await misbehave(json({ id: "trk_1" }));
  const client = createClient({ tracks: TracksResource }, { apiKey: "one", baseUrl: server.url, mode: "test" });
  await client.withOptions({ apiKey: "two", mode: undefined }).tracks.get("trk_1");
  await client.tracks.get("trk_1");
  expect(server.requests.map(({ headers }) => [headers.authorization, headers["musicverse-mode"]])).toEqual([
    ["Bearer two", "test"],
    ["Bearer one", "test"],
  ]);
});

test("options that change after the client was made do not change the client or its copies", async () => {
  await using server = await misbehave(json({ id: "trk_1" }));
  const options = { apiKey: "one", baseUrl: server.url };
  const client = server.client(options);
  options.apiKey = "two";
  await client.withOptions({ retriesMax: 0 }).tracks.get("trk_1");
  expect(server.requests[0]?.headers.authorization).toBe("Bearer one");
});

test("a hook that throws does not break the request, and one that changes what it is told changes nothing", async () => {
  await using server = await misbehave(json({ id: "trk_1" }));
  const client = server.client({
    onRequest: (request) => {
      request.headers["x-added"] = "1";
    },
    onResponse: () => {
      throw new Error("metrics are down");
    },
  });
  expect((await client.tracks.get("trk_1")).id).toBe("trk_1");
  expect(server.requests[0]?.headers).not.toHaveProperty("x-added");
});

test("printing a client or a copy of it shows no credentials", async () => {
  await using server = await misbehave(json({}));
  const client = server.client({ apiKey: "Canary-token" }).withOptions({ timeoutMs: 1 });
  const small = createClient({ tracks: TracksResource }, { apiKey: "Canary-token" });
  expect(inspect([client, small], { depth: 10, showHidden: true }) + JSON.stringify([client, small])).not.toContain(
    "Canary",
  );
});
