import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decodeId, encodeId, newId } from "../../platform/ids/index.ts";
import { toneWav } from "./audio/wav.fixture.ts";
import { blobDeletionWork } from "./index.ts";
import { startTracks, workOnce } from "./tracks.fixture.ts";
import type { Track, TracksApp } from "./tracks.fixture.ts";

let app: TracksApp;
let account: string;
beforeAll(async () => {
  app = await startTracks();
});
afterAll(() => app.close());
beforeEach(async () => {
  account = await app.createAccount();
});

const wav = toneWav({ dbfs: -20, seconds: 0.05, sampleRate: 8000, channels: 1 });
const size = wav.length;

const call = (
  path: string,
  init: { method?: string; headers?: Record<string, string>; as?: string; body?: unknown } = {},
) =>
  fetch(`${app.url}${path}`, {
    method: init.method,
    headers: {
      "x-account": init.as ?? account,
      ...(init.body !== undefined && { "content-type": "application/json" }),
      ...init.headers,
    },
    body: JSON.stringify(init.body),
  });

async function json<T = Record<string, unknown>>(response: Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

async function upload(title: string): Promise<Track> {
  const body = new FormData();
  body.append("file", new Blob([new Uint8Array(wav)]), "a.wav");
  body.append("title", title);
  const response = await fetch(`${app.url}/v1/tracks`, { method: "POST", headers: { "x-account": account }, body });
  return (await response.json()) as Track;
}

function withoutRequestId(problem: Record<string, unknown>): Record<string, unknown> {
  return { ...problem, request_id: undefined };
}

describe("listTracks", () => {
  test("shows newest first in pages that stay stable while tracks are added", async () => {
    const titles = ["one", "two", "three"];
    for (const title of titles) await upload(title);
    const first = await json(call("/v1/tracks?limit=2"));
    expect(first).toMatchObject({ object: "list", has_more: true, data: [{ title: "three" }, { title: "two" }] });
    await upload("four");
    const second = await json(call(`/v1/tracks?limit=2&cursor=${String(first.next_cursor)}`));
    expect(second).toMatchObject({ has_more: false, next_cursor: null, data: [{ title: "one" }] });
  });

  test("refuses a forged cursor, and one of another account", async () => {
    for (const title of ["one", "two"]) await upload(title);
    const { next_cursor } = await json(call("/v1/tracks?limit=1"));
    const other = await app.createAccount();
    const refused = [call("/v1/tracks?cursor=AAAA"), call(`/v1/tracks?cursor=${String(next_cursor)}`, { as: other })];
    for (const response of await Promise.all(refused)) {
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "invalid_cursor" });
    }
  });
});

describe("another account", () => {
  test("reads, downloads, changes and deletes nothing of this one, as if it never was", async () => {
    const track = await upload("mine");
    const stranger = await app.createAccount();
    const never = encodeId("trk", newId());
    for (const [path, method, body] of [
      ["", "GET"],
      ["/audio", "GET"],
      ["", "PATCH", { title: "theirs" }],
      ["", "DELETE"],
    ] as const) {
      const answers = [track.id, never].map((id) => call(`/v1/tracks/${id}${path}`, { method, as: stranger, body }));
      const [foreign, missing] = (await Promise.all(answers.map((answer) => json(answer)))).map(withoutRequestId);
      expect(foreign).toMatchObject({ status: 404, code: "not_found" });
      expect(foreign).toEqual(missing);
    }
    expect(await json(call("/v1/tracks", { as: stranger }))).toMatchObject({ data: [] });
    expect(await json(call(`/v1/tracks/${track.id}`))).toMatchObject({ title: "mine" });
  });
});

test("getTrack answers what uploadTrack answered", async () => {
  const track = await upload("mine");
  expect(await (await call(`/v1/tracks/${track.id}`)).json()).toEqual(track);
});

describe("listTracks finds", () => {
  const titles = async (query: string) => {
    const { data } = await json<{ data: Track[] }>(call(`/v1/tracks?${query}`));
    return data.map(({ title }) => title);
  };

  test("tracks by words of title and artist in any order and case, and takes % and _ as they are", async () => {
    for (const title of ["Rainy NIGHT", "Night train", "ÄRGER 100%", "a_b"]) await upload(title);
    const {
      data: [, , train],
    } = await json<{ data: [Track, Track, Track] }>(call("/v1/tracks"));
    await call(`/v1/tracks/${train.id}`, { method: "PATCH", body: { artist: "Rainer Ｗａｓｓｅｒ" } });
    expect(await titles("search=night")).toEqual(["Night train", "Rainy NIGHT"]);
    expect(await titles("search=night%20rain")).toEqual(["Night train", "Rainy NIGHT"]);
    expect(await titles("search=wasser%20night")).toEqual(["Night train"]);
    expect(await titles(`search=${encodeURIComponent("ärger")}`)).toEqual(["ÄRGER 100%"]);
    expect(await titles(`search=${encodeURIComponent("0%")}`)).toEqual(["ÄRGER 100%"]);
    expect(await titles("search=a_b")).toEqual(["a_b"]);
    expect(await titles(`search=${encodeURIComponent("\\")}`)).toEqual([]);
  });

  test("tracks by where they came from, their format and their time, page by page under the same filters only", async () => {
    for (const title of ["one", "two", "three"]) await upload(title);
    expect(await titles("source=upload&format=wav")).toEqual(["three", "two", "one"]);
    expect(await titles("source=generation")).toEqual([]);
    expect(await titles("format=mp3")).toEqual([]);
    const {
      data: [, two],
    } = await json<{ data: [Track, Track] }>(call("/v1/tracks"));
    expect(await titles(`since=${two.created_at}`)).toEqual(["three", "two"]);
    expect(await titles(`until=${two.created_at}`)).toEqual(["one"]);
    const first = await json(call("/v1/tracks?search=t&limit=1"));
    expect(first).toMatchObject({ has_more: true, data: [{ title: "three" }] });
    const cursor = String(first.next_cursor);
    expect(await titles(`search=t&limit=1&cursor=${cursor}`)).toEqual(["two"]);
    expect(await json(call(`/v1/tracks?search=o&cursor=${cursor}`))).toMatchObject({
      status: 400,
      code: "invalid_cursor",
    });
  });

  test("nothing for a filter that does not exist or is not one of its values", async () => {
    for (const query of ["format=exe", "source=radio", "since=yesterday", "search=", "artist=Ada"]) {
      expect(await json(call(`/v1/tracks?${query}`)), query).toMatchObject({ status: 400, code: "validation_failed" });
    }
  });
});

describe("updateTrack", () => {
  const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    call(`/v1/tracks/${id}`, { method: "PATCH", body, headers });

  test("changes what is named, leaves the rest, clears with null, and says so in an event", async () => {
    const track = await upload("Take 1");
    expect(await json(patch(track.id, { artist: " Ada " }))).toEqual({ ...track, artist: "Ada" });
    expect(await json(patch(track.id, { title: "Take 2" }))).toEqual({ ...track, title: "Take 2", artist: "Ada" });
    expect(await json(patch(track.id, { artist: null }))).toEqual({ ...track, title: "Take 2" });
    expect(await json(patch(track.id, { title: "Take 2" }))).toEqual({ ...track, title: "Take 2" });
    expect(await json(call(`/v1/tracks/${track.id}`))).toEqual({ ...track, title: "Take 2" });
    const events = await app.database.db.withTenant(account, (tx) =>
      tx.query<{ data: unknown }>(
        "select payload::json->'data' as data from events where type = 'track.updated' order by id",
      ),
    );
    expect(events.map(({ data }) => data)).toEqual([
      { ...track, artist: "Ada" },
      { ...track, title: "Take 2", artist: "Ada" },
      { ...track, title: "Take 2" },
    ]);
  });

  test.each([
    {},
    { title: null },
    { title: "" },
    { title: "  " },
    { title: "a\u0000b" },
    { artist: "a\nb" },
    { title: "x".repeat(201) },
    { bytes: 1 },
  ])("refuses %j and changes nothing", async (body) => {
    const track = await upload("mine");
    expect(await json(patch(track.id, body))).toMatchObject({ status: 400, code: "validation_failed" });
    expect(await json(call(`/v1/tracks/${track.id}`))).toEqual(track);
  });

  test("with If-Match only one of many who read the same track changes it", async () => {
    const { id } = await upload("mine");
    const etag = (await call(`/v1/tracks/${id}`)).headers.get("etag") ?? "";
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => patch(id, { title: `of ${index}` }, { "if-match": etag })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 412),
    ]);
    const refused = answers.find(({ status }) => status === 412);
    const now = await call(`/v1/tracks/${id}`);
    expect(refused?.headers.get("etag")).toBe(now.headers.get("etag"));
    expect(await refused?.json()).toMatchObject({ code: "precondition_failed" });
    expect((await patch(id, { title: "last" }, { "if-match": `"x", ${now.headers.get("etag")}` })).status).toBe(200);
    expect((await patch(id, { title: "really last" }, { "if-match": "*" })).status).toBe(200);
  });
});

describe("downloadTrackAudio", () => {
  test("gives the whole with its type, length, tag and a name that any client can use", async () => {
    const track = await upload("Rainy 'Night' – ☂");
    const response = await call(`/v1/tracks/${track.id}/audio`);
    expect(response.status).toBe(200);
    const title = "Rainy%20%27Night%27%20%E2%80%93%20%E2%98%82";
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "audio/wav",
      "content-length": String(size),
      "accept-ranges": "bytes",
      "content-disposition": `attachment; filename="track.wav"; filename*=UTF-8''${title}.wav`,
      etag: `"${track.sha256}"`,
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(wav)).toBe(true);
  });

  test.each([
    ["bytes=0-0", 0, 0],
    ["bytes=10-19", 10, 19],
    ["bytes=800-", 800, size - 1],
    ["bytes=-5", size - 5, size - 1],
    ["bytes=800-99999", 800, size - 1],
  ])("%s is answered with exactly these bytes", async (range, start, end) => {
    const { id } = await upload("song");
    const response = await call(`/v1/tracks/${id}/audio`, { headers: { range } });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end}/${size}`);
    expect(response.headers.get("content-length")).toBe(String(end - start + 1));
    expect(Buffer.from(await response.arrayBuffer()).equals(wav.subarray(start, end + 1))).toBe(true);
  });

  test.each([`bytes=${size}-`, "bytes=99999-", "bytes=-0"])("%s lies outside: 416 with the size", async (range) => {
    const { id } = await upload("song");
    const response = await call(`/v1/tracks/${id}/audio`, { headers: { range } });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe(`bytes */${size}`);
    expect(await response.json()).toMatchObject({ code: "range_not_satisfiable" });
  });

  test.each(["bytes=0-1,5-9", "bytes=abc", "lines=1-2", "bytes"])("%s gets the whole", async (range) => {
    const { id } = await upload("song");
    const response = await call(`/v1/tracks/${id}/audio`, { headers: { range } });
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, size]);
  });

  test("If-Range: a part of the same bytes, else the whole", async () => {
    const { id, sha256 } = await upload("song");
    const withIfRange = (value: string) =>
      call(`/v1/tracks/${id}/audio`, { headers: { range: "bytes=0-9", "if-range": value } });
    expect((await withIfRange(`"${sha256}"`)).status).toBe(206);
    expect((await withIfRange('"another"')).status).toBe(200);
    expect((await withIfRange("Wed, 21 Oct 2026 07:28:00 GMT")).status).toBe(200);
  });

  test("If-None-Match spares a caller what it has, whatever range it asks for", async () => {
    const { id, sha256 } = await upload("song");
    const ask = (value: string) =>
      call(`/v1/tracks/${id}/audio`, { headers: { range: "bytes=0-9", "if-none-match": value } });
    for (const known of [`"${sha256}"`, `"other", W/"${sha256}"`, "*"]) {
      const response = await ask(known);
      expect([response.status, response.headers.get("etag"), await response.text()]).toEqual([304, `"${sha256}"`, ""]);
    }
    for (const unknown of ['"another"', sha256]) expect((await ask(unknown)).status).toBe(206);
  });

  test.each([
    ["../../etc/passwd", "_.._etc_passwd.wav"],
    ["song.exe\u202e", "song.exe_.wav"],
    ["CON\\x:*?", "CON_x___.wav"],
    ['a"; filename="evil.sh', "a_; filename=_evil.sh.wav"],
    ["...", "track.wav"],
  ])("the title %j proposes the file name %j", async (title, name) => {
    const { id } = await upload(title);
    const response = await call(`/v1/tracks/${id}/audio`, { method: "HEAD" });
    const [, encoded = ""] = /filename\*=UTF-8''([^;]*)$/.exec(response.headers.get("content-disposition") ?? "") ?? [];
    expect(decodeURIComponent(encoded)).toBe(name);
  });

  test("HEAD tells the headers alone", async () => {
    const { id } = await upload("song");
    const response = await call(`/v1/tracks/${id}/audio`, { method: "HEAD" });
    expect([response.status, response.headers.get("content-length")]).toEqual([200, String(size)]);
    expect(await response.text()).toBe("");
  });
});

describe("deleteTrack", () => {
  test("removes the track at once, its audio by durable work, and says so in an event", async () => {
    const { id } = await upload("song");
    const uuid = decodeId("trk", id) ?? "";
    expect((await call(`/v1/tracks/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await call(`/v1/tracks/${id}`)).status).toBe(404);
    expect((await call(`/v1/tracks/${id}`, { method: "DELETE" })).status).toBe(404);
    expect(app.enqueued).toContain(`blob-deletion ${uuid}`);

    const kind = blobDeletionWork({ db: app.database.db, storage: app.storage });
    const pointer = { id: uuid, accountId: account };
    expect(await kind.due(100)).toContainEqual(pointer); // found also when the enqueued pointer was lost
    expect(await kind.due(100, [])).toEqual([]);
    expect(await workOnce(kind, pointer)).toBe(true);
    expect(await workOnce(kind, pointer)).toBe(false);
    expect(await app.storage.stat(`${account}/${uuid}`)).toBeNull();
    const left = await app.database.db.withTenant(account, (tx) => tx.query("select id from blob_deletions"));
    expect(left).toEqual([]);

    const events = await app.database.db.withTenant(account, (tx) =>
      tx.query<{ type: string; payload: { data: unknown } }>("select type, payload from events order by id"),
    );
    expect(events.map(({ type }) => type)).toEqual(["track.created", "track.deleted"]);
    expect(events[1]?.payload.data).toEqual({ object: "track", id, deleted: true });
  });

  test("an audio deletion that fails stays due after its lease", async () => {
    const { id } = await upload("song");
    const pointer = { id: decodeId("trk", id) ?? "", accountId: account };
    await call(`/v1/tracks/${id}`, { method: "DELETE" });
    const broken = { ...app.storage, delete: () => Promise.reject(new Error("disk is gone")) };
    await expect(workOnce(blobDeletionWork({ db: app.database.db, storage: broken }), pointer)).rejects.toThrow("disk");
    const kind = blobDeletionWork({ db: app.database.db, storage: app.storage });
    expect(await kind.due(100, [pointer])).toEqual([]);
    await app.database.db.withTenant(account, (tx) => tx.query("update blob_deletions set lease_until = now()"));
    expect(await workOnce(kind, pointer)).toBe(true);
  });
});
