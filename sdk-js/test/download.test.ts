import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { APIConnectionError, APITimeoutError, NotFoundError } from "../src/index.ts";
import { misbehave, problem } from "./misbehaving-server.ts";
import type { Step } from "./misbehaving-server.ts";

vi.mock("../src/transport/sleep.ts", () => import("./recorded-sleep.ts"));

const folder = mkdtempSync(join(tmpdir(), "musicverse-sdk-"));
afterAll(() => rmSync(folder, { recursive: true }));

const song = Buffer.alloc(300_000, "musicverse");
const whole: Step = (response) =>
  void response.writeHead(200, { "content-type": "audio/wav", "content-length": song.length }).end(song);
const cutInTheMiddle: Step = (response) => {
  response.writeHead(200, { "content-type": "audio/wav", "content-length": song.length });
  response.write(song.subarray(0, 100_000), () => response.destroy());
};

test("the audio can be read as bytes, blob or stream, with its type and length", async () => {
  await using server = await misbehave(whole);
  const { tracks } = server.client();
  const audio = await tracks.downloadAudio("trk_1");
  expect(audio).toMatchObject({ status: 200, contentType: "audio/wav", contentLength: song.length });
  expect(Buffer.from(await audio.arrayBuffer()).equals(song)).toBe(true);
  expect((await (await tracks.downloadAudio("trk_1")).blob()).size).toBe(song.length);
  expect((await (await tracks.downloadAudio("trk_1")).bytes()).length).toBe(song.length);
  let bytes = 0;
  for await (const chunk of (await tracks.downloadAudio("trk_1")).body ?? []) bytes += chunk.byteLength;
  expect(bytes).toBe(song.length);
});

test("toFile writes the whole file and says how long it is", async () => {
  await using server = await misbehave(whole);
  const file = join(folder, "song.wav");
  expect(await (await server.client().tracks.downloadAudio("trk_1")).toFile(file)).toBe(song.length);
  expect(readFileSync(file).equals(song)).toBe(true);
});

test("a download that breaks leaves no file behind", async () => {
  await using server = await misbehave(cutInTheMiddle);
  const audio = await server.client().tracks.downloadAudio("trk_1");
  await expect(audio.toFile(join(folder, "broken.wav"))).rejects.toBeInstanceOf(APIConnectionError);
  expect(readdirSync(folder).filter((name) => name.startsWith("broken"))).toEqual([]);
});

test("a download that stalls ends after timeoutMs without a byte", async () => {
  await using server = await misbehave((response) => {
    response.writeHead(200, { "content-length": song.length }).write(song.subarray(0, 10));
  });
  const audio = await server.client().tracks.downloadAudio("trk_1", {}, { timeoutMs: 60 });
  await expect(audio.arrayBuffer()).rejects.toBeInstanceOf(APITimeoutError);
});

test("a reader that takes its time is not a stalled download", async () => {
  await using server = await misbehave(whole);
  const timers = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  const audio = await server.client().tracks.downloadAudio("trk_1", {}, { timeoutMs: 4_321 });
  const running = (): unknown[] =>
    timers.mock.results.filter(
      (result, call) =>
        timers.mock.calls[call]?.[1] === 4_321 && !cleared.mock.calls.some(([timer]) => timer === result.value),
    );
  expect(running()).toEqual([]);
  const reader = audio.body?.getReader();
  await reader?.read();
  expect(running()).toEqual([]);
  await reader?.cancel();
  vi.restoreAllMocks();
});

test("the caller's abort reaches a running download", async () => {
  const caller = new AbortController();
  await using server = await misbehave((response) => void response.writeHead(200).write("x"));
  const audio = await server.client().tracks.downloadAudio("trk_1", {}, { signal: caller.signal });
  const reading = audio.arrayBuffer();
  caller.abort(new Error("user left"));
  await expect(reading).rejects.toThrow("user left");
});

test.each([
  [{ start: 0, end: 99 }, "bytes=0-99"],
  [{ start: 100 }, "bytes=100-"],
  ["bytes=-500", "bytes=-500"],
])("range %j is sent as %s", async (range, header) => {
  await using server = await misbehave(
    (response) => void response.writeHead(206, { "content-range": "bytes 0-99/300000" }).end(song.subarray(0, 100)),
  );
  const audio = await server.client().tracks.downloadAudio("trk_1", { range });
  expect(server.requests[0]?.headers.range).toBe(header);
  expect(audio.status).toBe(206);
  expect((await audio.bytes()).length).toBe(100);
});

test("failures before the first byte are retried, an error status throws its class", async () => {
  await using server = await misbehave(problem(503, "not_ready"), whole, problem(404, "not_found"));
  const { tracks } = server.client();
  expect((await (await tracks.downloadAudio("trk_1")).bytes()).length).toBe(song.length);
  await expect(tracks.downloadAudio("trk_1")).rejects.toBeInstanceOf(NotFoundError);
});
