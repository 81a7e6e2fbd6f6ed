import { httpResponse, isPluginError } from "@musicverse/plugin-kit";
import { expect, test } from "vitest";
import { decodeSong, findSong, inItsPlace, parseAround } from "./song-in-answer.ts";

const answerOf = (text: string) => httpResponse({ status: 200, headers: {}, bytes: Buffer.from(text) }, new Date());

function read(text: string) {
  const response = answerOf(text);
  const song = findSong(response.bytes);
  return song && { parsed: parseAround(response, song), song: decodeSong(response.bytes, song) };
}

test.each([
  ["as MiniMax writes it", '{"data":{"status":2,"audio":"00ff10"},"trace_id":"t"}'],
  ["with whitespace and capital digits", '{ "data" : { "status" : 2, "audio" :\n "00FF10" }, "trace_id" : "t" }'],
  ["after the same word as a value", '{"trace_id":"t","data":{"type":"audio","audio":"00ff10","status":2}}'],
  [
    "after somebody's words that look like it",
    '{"trace_id":"t","note":"\\"audio\\":\\"ffff\\"","data":{"audio":"00ff10","status":2}}',
  ],
])("a song is found %s, and the rest is parsed without it", (_, text) => {
  expect(read(text)).toMatchObject({
    parsed: { trace_id: "t", data: { status: 2, audio: inItsPlace } },
    song: Buffer.from([0, 0xff, 0x10]),
  });
});

test("a song longer than one piece is whole", () => {
  const song = Buffer.from(Array.from({ length: 100_001 }, (_, index) => index % 256));
  expect(read(`{"data":{"audio":"${song.toString("hex")}"}}`)?.song).toEqual(song);
});

test.each(["00ff1", "00fg10", "00ff 10"])("%s is no hexadecimal", (digits) => {
  expect(read(`{"data":{"audio":"${digits}"}}`)?.song).toBeNull();
});

test.each([
  '{"data":{"audio":"https://files.example.com/a.wav"}}',
  '{"data":{"audio":""}}',
  '{"data":{"audio":null}}',
  '{"data":{"audio":"00ff',
  "",
  "audio",
])("there is none in %s", (text) => {
  expect(read(text)).toBeNull();
});

test("an answer that ends after its song is no JSON", () => {
  const response = answerOf('{"data":{"audio":"00ff10"');
  expect(() => parseAround(response, findSong(response.bytes) ?? { start: 0, end: 0 })).toThrow(
    expect.toSatisfy(isPluginError),
  );
});
