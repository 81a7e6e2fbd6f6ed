import { describe, expect, test } from "vitest";
import { retryAtFromHeaders, retryAtFromText } from "./retry-after.ts";

const now = new Date("2026-11-21T12:00:00.000Z");
const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

test.each([
  ["7", inSeconds(7)],
  ["1.5", inSeconds(1.5)],
  ["0", now],
  [" 30 ", inSeconds(30)],
  ["Sat, 21 Nov 2026 12:01:00 GMT", inSeconds(60)],
  ["Saturday, 21-Nov-26 12:01:00 GMT", inSeconds(60)],
  ["Sat Nov 21 12:01:00 2026", inSeconds(60)],
  ["2026-11-21T12:01:00Z", inSeconds(60)],
  [String(now.getTime() / 1000 + 60), inSeconds(60)],
  [String(now.getTime() + 60_000), inSeconds(60)],
])("reads %j", (text, wanted) => {
  expect(retryAtFromText(text, now)).toEqual(wanted);
});

test.each(["", "soon", "-1", "NaN", "7 apples of doom", "1e400", "Infinity", "9".repeat(400)])(
  "takes %j for nothing",
  (text) => {
    expect(retryAtFromText(text, now)).toBeNull();
  },
);

describe("headers", () => {
  test("the latest of all counts", () => {
    expect(retryAtFromHeaders({ "retry-after": "5", "x-ratelimit-reset": "60" }, now)).toEqual(inSeconds(60));
  });
  test("milliseconds where the name says so", () => {
    expect(retryAtFromHeaders({ "retry-after-ms": "2500" }, now)).toEqual(inSeconds(2.5));
  });
  test("both forms of the RateLimit field", () => {
    expect(retryAtFromHeaders({ ratelimit: "limit=100, remaining=0, reset=50" }, now)).toEqual(inSeconds(50));
    expect(retryAtFromHeaders({ ratelimit: '"default";r=0;t=50' }, now)).toEqual(inSeconds(50));
  });
  test("none says nothing", () => {
    expect(retryAtFromHeaders({ "content-type": "text/html" }, now)).toBeNull();
  });
});
