import { createHash } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeId } from "../../platform/ids/index.ts";
import { fixture } from "./audio/memory-source.fixture.ts";
import { toneWav } from "./audio/wav.fixture.ts";
import { startTracks, uploadBytesMax } from "./tracks.fixture.ts";
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

const wav = toneWav({ dbfs: -20, seconds: 0.5, sampleRate: 44_100 });

interface Part {
  name: string;
  value: string | Buffer;
  fileName?: string;
}
const title = (value: string): Part => ({ name: "title", value });
const file = (value: Buffer, fileName = "song.wav"): Part => ({ name: "file", value, fileName });

function formOf(...parts: Part[]): FormData {
  const form = new FormData();
  for (const { name, value, fileName } of parts) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)], { type: "audio/wav" }), fileName);
  }
  return form;
}

function upload(parts: Part[], headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: "POST", headers: { "x-account": account, ...headers }, body: formOf(...parts) };
  return fetch(`${app.url}/v1/tracks`, init);
}

async function problemOf(response: Response) {
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  const problem = (await response.json()) as { code: string; errors?: { path: string; code: string }[] };
  const errors = problem.errors?.map(({ path, code }) => `${path} ${code}`);
  return { status: response.status, code: problem.code, errors };
}

async function rowsOfAccount(): Promise<{ tracks: number; events: number; deletions: number; keys: number }> {
  const [counts] = await app.database.db.withTenant(account, (tx) =>
    tx.query<{ tracks: number; events: number; deletions: number; keys: number }>(
      `select (select count(*)::int from tracks) as tracks, (select count(*)::int from events) as events,
        (select count(*)::int from blob_deletions) as deletions,
        (select count(*)::int from idempotency_records) as keys`,
    ),
  );
  if (!counts) throw new Error("no counts");
  return counts;
}

/** The promise of every refusal: no row, no event, no file, nothing left to clean. */
async function nothingStored(): Promise<void> {
  expect(await rowsOfAccount()).toEqual({ tracks: 0, events: 0, deletions: 0, keys: 0 });
  const files = await app.storedFiles();
  expect(files.filter((name) => name.startsWith(account) || name.startsWith(".incoming"))).toEqual([]);
}

describe("a file that is audio becomes a track", () => {
  test("with its facts, its event, its audio byte for byte, and work to measure it", async () => {
    const response = await upload([file(wav), title(" Rainy Night "), { name: "artist", value: "Ada" }]);
    expect(response.status).toBe(201);
    const track = (await response.json()) as Track;
    expect(track).toMatchObject({
      object: "track",
      title: "Rainy Night",
      artist: "Ada",
      source: "upload",
      generation_id: null,
      format: "wav",
      content_type: "audio/wav",
      bytes: wav.length,
      sha256: createHash("sha256").update(wav).digest("hex"),
      duration_ms: 500,
      sample_rate: 44_100,
      channels: 2,
      loudness_lufs: null,
    });
    expect(response.headers.get("location")).toBe(`/v1/tracks/${track.id}`);
    const id = decodeId("trk", track.id);
    expect(app.enqueued).toContain(`track-analysis ${id}`);
    expect(await app.storedFiles()).toContain(`${account}/${id}`);
    expect(await rowsOfAccount()).toMatchObject({ tracks: 1, events: 1, deletions: 0 });
    const audio = await fetch(`${app.url}/v1/tracks/${track.id}/audio`, { headers: { "x-account": account } });
    expect(Buffer.from(await audio.arrayBuffer()).equals(wav)).toBe(true);
  });

  test.each([
    ["tone.mp3", "mp3", "audio/mpeg"],
    ["tone.flac", "flac", "audio/flac"],
    ["tone-vorbis.ogg", "ogg", "audio/ogg"],
    ["tone.m4a", "m4a", "audio/mp4"],
  ])("%s, whatever its name and declared type say", async (name, format, content_type) => {
    const response = await upload([file(fixture(name), "holiday.jpeg")]);
    expect(await response.json()).toMatchObject({ format, content_type, title: "holiday", artist: null, channels: 2 });
  });

  test("with parts in any order", async () => {
    const response = await upload([{ name: "title", value: "First" }, file(wav)]);
    expect(await response.json()).toMatchObject({ title: "First" });
  });
});

describe("a refused upload names the part and stores nothing", () => {
  test.each<[string, Part[], string[]]>([
    ["text with an audio name", [file(Buffer.from("not audio at all ".repeat(100)))], ["/body/file not_audio"]],
    ["an empty file", [file(Buffer.alloc(0))], ["/body/file not_audio"]],
    ["a video", [file(fixture("video.mp4"), "song.m4a")], ["/body/file not_audio"]],
    ["a WAV file cut off", [file(wav.subarray(0, 20_000))], ["/body/file truncated"]],
    ["a FLAC file cut off", [file(fixture("tone.flac").subarray(0, 9000))], ["/body/file truncated"]],
    ["no file", [title("Song")], ["/body/file required"]],
    ["the file as text", [{ name: "file", value: "RIFF" }], ["/body/file not_a_file", "/body/file required"]],
    ["an unknown field after the file", [file(wav), { name: "mood", value: "sad" }], ["/body/mood unknown_field"]],
    ["a second file", [file(wav), file(wav)], ["/body/file duplicate"]],
    ["a file under another name", [file(wav), { ...file(wav), name: "cover/art" }], ["/body/cover~1art unknown_field"]],
    ["an empty title", [file(wav), title("  ")], ["/body/title too_short"]],
    ["a title of 201 characters", [file(wav), title("ä".repeat(201))], ["/body/title too_long"]],
    ["a title of 9,000 characters", [file(wav), title("x".repeat(9000))], ["/body/title too_long"]],
    ["a title with a NUL", [file(wav), title("a\0b")], ["/body/title pattern"]],
    ["two titles", [title("a"), title("b"), file(wav)], ["/body/title duplicate"]],
    [
      "all at once",
      [title(""), { name: "x", value: "" }],
      ["/body/title too_short", "/body/x unknown_field", "/body/file required"],
    ],
  ])("%s", async (_name, parts, errors) => {
    expect(await problemOf(await upload(parts))).toEqual({ status: 400, code: "validation_failed", errors });
    await nothingStored();
  });

  test("one byte over the limit, and far over it", async () => {
    const exactly = Buffer.concat([wav, Buffer.alloc(uploadBytesMax - wav.length)]);
    expect((await upload([file(exactly)])).status).toBe(201);
    account = await app.createAccount();
    for (const extra of [1, 3_000_000]) {
      const problem = await problemOf(await upload([file(Buffer.concat([exactly, Buffer.alloc(extra)]))]));
      expect(problem).toEqual({ status: 413, code: "body_too_large", errors: undefined });
      await nothingStored();
    }
  });

  test("JSON instead of a form", async () => {
    const headers = { "x-account": account, "content-type": "application/json" };
    const response = await fetch(`${app.url}/v1/tracks`, { method: "POST", headers, body: '{"title":"x"}' });
    expect(await problemOf(response)).toMatchObject({ status: 415, code: "unsupported_media_type" });
  });

  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n';
  test("a body that ends before its last boundary", async () => {
    const body = Buffer.concat([Buffer.from(head), wav]);
    const headers = { "x-account": account, "content-type": "multipart/form-data; boundary=b" };
    const response = await fetch(`${app.url}/v1/tracks`, { method: "POST", headers, body });
    expect(await problemOf(response)).toMatchObject({ code: "validation_failed", errors: ["/body/file truncated"] });
    await nothingStored();
  });

  test("a sender that hangs up in the middle of the file", async () => {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), "127.0.0.1");
    const lines = ["POST /v1/tracks HTTP/1.1", "Host: x", `X-Account: ${account}`, "Content-Length: 300000"];
    socket.write(`${[...lines, "Content-Type: multipart/form-data; boundary=b"].join("\r\n")}\r\n\r\n${head}`);
    socket.write(wav.subarray(0, 50_000));
    await vi.waitFor(async () => expect(await app.storedFiles()).toContainEqual(expect.stringMatching(/^\.incoming/)));
    socket.destroy();
    await vi.waitFor(nothingStored);
  });
});

describe("an Idempotency-Key", () => {
  const key = { "idempotency-key": "upload-1" };

  test("replays the first answer for the same file, and keeps one track and one file", async () => {
    const first = await upload([file(wav)], key);
    const second = await upload([file(wav)], key);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(await second.json()).toEqual(await first.json());
    expect(await rowsOfAccount()).toEqual({ tracks: 1, events: 1, deletions: 0, keys: 1 });
    expect((await app.storedFiles()).filter((name) => name.startsWith(account))).toHaveLength(1);
  });

  test.each<[string, Part[]]>([
    ["another file", [file(toneWav({ dbfs: -30, seconds: 0.5 }))]],
    ["another title", [file(wav), { name: "title", value: "Other" }]],
  ])("refuses %s", async (_name, parts) => {
    await upload([file(wav)], key);
    expect(await problemOf(await upload(parts, key))).toMatchObject({ status: 422, code: "idempotency_mismatch" });
    expect((await app.storedFiles()).filter((name) => name.startsWith(account))).toHaveLength(1);
  });
});
