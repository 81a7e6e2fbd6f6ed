// What a user's program does, run against the packed package: throws when anything is not as promised.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const tracks = [{ id: "trk_1" }, { id: "trk_2" }, { id: "trk_3" }];
const routes = {
  "GET /v1/tracks": (url, response) => {
    const at = Number(url.searchParams.get("cursor") ?? 0);
    const next = at + 2 < tracks.length ? String(at + 2) : null;
    answer(response, 200, {
      object: "list",
      data: tracks.slice(at, at + 2),
      has_more: next !== null,
      next_cursor: next,
    });
  },
  "POST /v1/tracks": (url, response, body) =>
    answer(response, body.includes("bytes of a song") ? 201 : 400, { id: "trk_4" }),
  "GET /v1/tracks/trk_1/audio": (url, response) =>
    response.writeHead(200, { "content-type": "audio/wav" }).end("audio"),
  "GET /v1/generations/gen_1/events": (url, response) =>
    response
      .writeHead(200, { "content-type": "text/event-stream" })
      .end('id: 1\ndata: {"status":"completed","track_id":"trk_1"}\n\n'),
};

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

export async function exercise({ MusicVerse, NotFoundError, unwrapWebhook, version }) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    let body = "";
    for await (const chunk of request) body += chunk;
    const route = routes[`${request.method} ${url.pathname}`];
    if (route) route(url, response, body);
    else answer(response, 404, { code: "not_found", detail: "Nothing here." });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new MusicVerse({ apiKey: "token", baseUrl: `http://127.0.0.1:${server.address().port}` });
  const folder = await mkdtemp(join(tmpdir(), "musicverse-user-"));

  const ids = [];
  for await (const track of client.tracks.list()) ids.push(track.id);
  assert.deepEqual(ids, ["trk_1", "trk_2", "trk_3"]);

  await writeFile(join(folder, "song.wav"), "bytes of a song");
  assert.equal((await client.tracks.upload({ file: join(folder, "song.wav") })).id, "trk_4");
  assert.equal((await client.tracks.upload({ file: new Blob(["bytes of a song"]).stream() })).id, "trk_4");

  const done = await client.generations.wait("gen_1");
  await (await client.tracks.downloadAudio(done.track_id)).toFile(join(folder, "out.wav"));
  assert.equal(await readFile(join(folder, "out.wav"), "utf8"), "audio");

  await assert.rejects(
    client.events.get("evt_1"),
    (error) => error instanceof NotFoundError && error.code === "not_found" && error.name === "NotFoundError",
  );

  const key = Buffer.alloc(24, 1).toString("base64");
  const timestamp = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ id: "evt_1", type: "webhook.test" });
  const signature = createHmac("sha256", Buffer.from(key, "base64"))
    .update(`evt_1.${timestamp}.${body}`)
    .digest("base64");
  const headers = {
    "webhook-id": "evt_1",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${signature}`,
  };
  assert.equal((await unwrapWebhook(body, headers, `whsec_${key}`)).type, "webhook.test");

  server.closeAllConnections();
  server.close();
  console.log(`${version} on Node ${process.versions.node}`);
}
