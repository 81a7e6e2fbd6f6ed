import fc from "fast-check";
import { expect, test } from "vitest";
import { GAP, ranksBetween } from "./order.ts";

const rank = fc.bigInt({ min: -(2n ** 61n), max: 2n ** 61n });
const count = fc.integer({ min: 1, max: 100 });

test("ranks lie strictly between their neighbours and increase, or there are none because there is no room", () => {
  fc.assert(
    fc.property(fc.option(rank), fc.option(rank), count, (one, other, wanted) => {
      const [before, after] = one !== null && other !== null && one > other ? [other, one] : [one, other];
      const ranks = ranksBetween(before, after, wanted);
      if (ranks === null) {
        expect(before !== null && after !== null && after - before <= BigInt(wanted)).toBe(true);
        return;
      }
      expect(ranks).toHaveLength(wanted);
      const line = [...(before === null ? [] : [before]), ...ranks, ...(after === null ? [] : [after])];
      for (const [index, each] of line.entries()) if (index > 0) expect(each > (line[index - 1] ?? each)).toBe(true);
    }),
  );
});

test("there is room wherever a playlist was just numbered, for as many as one request adds", () => {
  for (const [before, after] of [
    [null, GAP],
    [GAP, 2n * GAP],
    [10_000n * GAP, null],
  ] as const) {
    expect(ranksBetween(before, after, 100)).toHaveLength(100);
  }
});

test("at the end of what a rank can be there is no room, instead of an overflow", () => {
  expect(ranksBetween(2n ** 62n, null, 1)).toBeNull();
  expect(ranksBetween(null, -(2n ** 62n), 1)).toBeNull();
});
