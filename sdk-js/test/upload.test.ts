import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { APIError, MusicVerse, MusicVerseError } from "../src/index.ts";
import type { Uploadable } from "../src/index.ts";
import { json, misbehave, problem } from "./misbehaving-server.ts";
import type { ReceivedRequest } from "./misbehaving-server.ts";

vi.mock("../src/transport/sleep.ts", () => import("./recorded-sleep.ts"));

const folder = mkdtempSync(join(tmpdir(), "musicverse-sdk-"));
const path = join(folder, "take 3.wav");
const bytes = new TextEncoder().encode("RIFF\r\n--not a boundary\u0000ü");
writeFileSync(path, bytes);
afterAll(() => rmSync(folder, { recursive: true }));

async function* inPieces(): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes.slice(0, 5);
  yield bytes.slice(5);
}

/** Reads the form as a server does. */
async function received(
  request: ReceivedRequest | undefined,
): Promise<{ file: File; bytes: Uint8Array; title: unknown; artist: unknown }> {
  if (!request) throw new Error("nothing was received");
  const form = await new Response(new Uint8Array(request.body), {
    headers: { "content-type": request.headers["content-type"] ?? "" },
  }).formData();
  const file = form.get("file");
  if (!(file instanceof File)) throw new Error("no file part");
  return {
    file,
    bytes: new Uint8Array(await file.arrayBuffer()),
    title: form.get("title"),
    artist: form.get("artist"),
  };
}

const sources: [string, () => Uploadable, string][] = [
  ["a path", () => path, "take 3.wav"],
  ["a Blob", () => new Blob([bytes]), "file"],
  ["a File", () => new File([bytes], "a.wav", { type: "audio/wav" }), "a.wav"],
  ["a Uint8Array", () => bytes, "file"],
  ["a view into a larger buffer", () => Buffer.concat([Buffer.from("xx"), bytes]).subarray(2), "file"],
  ["an ArrayBuffer", () => bytes.buffer.slice(0), "file"],
  ["a ReadableStream", () => new Blob([bytes]).stream(), "file"],
  ["an async iterable", () => inPieces(), "file"],
  [
    "bytes with a name",
    () => ({ data: bytes, filename: 'so "loud"\r\n.wav', contentType: "audio/wav" }),
    'so "loud"\r\n.wav',
  ],
  ["a stream with a name", () => ({ data: inPieces(), filename: 'so "loud".wav' }), 'so "loud".wav'],
];

test.each(sources)("%s arrives byte for byte, with the other fields", async (_, source, filename) => {
  await using server = await misbehave(json({ id: "trk_1" }, 201));
  const track = await server.client().tracks.upload({ file: source(), title: "Tïtle", artist: undefined });
  expect(track.id).toBe("trk_1");
  const form = await received(server.requests[0]);
  expect(form.bytes).toEqual(bytes);
  expect(form.title).toBe("Tïtle");
  expect(form.artist).toBeNull();
  expect(decodeURIComponent(form.file.name)).toBe(filename);
});

describe("a failed upload is sent again only when its bytes can be read again", () => {
  test.each(sources)("%s", async (name, source) => {
    await using server = await misbehave(problem(503, "not_ready"), json({ id: "trk_1" }, 201));
    const upload = server.client().tracks.upload({ file: source() });
    if (/stream|iterable/i.test(name)) {
      await expect(upload).rejects.toBeInstanceOf(APIError);
      expect(server.requests).toHaveLength(1);
      return;
    }
    await upload;
    expect((await received(server.requests[1])).bytes).toEqual(bytes);
    expect(server.requests[1]?.headers["idempotency-key"]).toBe(server.requests[0]?.headers["idempotency-key"]);
  });
});

test("a stream is sent while it is read, not collected first", async () => {
  const firstArrived = Promise.withResolvers<void>();
  async function* waiting(): AsyncGenerator<Uint8Array, void, undefined> {
    yield bytes;
    await firstArrived.promise;
    yield bytes;
  }
  const server = createServer(
    (request, response) => void request.on("data", firstArrived.resolve).on("end", () => response.end("{}")),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const client = new MusicVerse({ apiKey: "token", baseUrl: `http://127.0.0.1:${port}` });
  await expect(client.tracks.upload({ file: waiting() })).resolves.toEqual({});
  server.close();
});

test("aborting stops reading the stream, also one without an end", async () => {
  const caller = new AbortController();
  let canceled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(new Uint8Array(65_536));
      if (!caller.signal.aborted) setImmediate(() => caller.abort(new Error("enough")));
    },
    cancel: () => void (canceled = true),
  });
  await using server = await misbehave(json({}));
  await expect(server.client().tracks.upload({ file: endless }, { signal: caller.signal })).rejects.toThrow("enough");
  await vi.waitFor(() => expect(canceled).toBe(true));
});

test("a stream that fails is reported with its own reason", async () => {
  const failing = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("tape torn")) });
  await using server = await misbehave(json({}));
  await expect(server.client().tracks.upload({ file: failing })).rejects.toThrow("tape torn");
});

test("a missing file is named and nothing is sent", async () => {
  await using server = await misbehave(json({}));
  const missing = join(folder, "missing.wav");
  await expect(server.client().tracks.upload({ file: missing })).rejects.toThrow(
    `Could not open ${missing} for the upload`,
  );
  expect(server.requests).toHaveLength(0);
});

test.each([[17], [true], [{}]])("%j is refused as a file", async (value) => {
  await using server = await misbehave(json({}));
  await expect(server.client().tracks.upload({ file: value as unknown as Uploadable })).rejects.toBeInstanceOf(
    MusicVerseError,
  );
  expect(server.requests).toHaveLength(0);
});
