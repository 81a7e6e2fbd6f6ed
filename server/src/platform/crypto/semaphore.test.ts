import { expect, test } from "vitest";
import { createSemaphore, TooManyWaiting } from "./semaphore.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("never more at once than allowed, first come first served, and a failure gives its turn on", async () => {
  const inTurn = createSemaphore({ atOnceMax: 2, waitingMax: 100 });
  const begun: number[] = [];
  const ends: PromiseWithResolvers<number>[] = [];
  let running = 0;
  let most = 0;
  const all = Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      inTurn(async () => {
        begun.push(index);
        most = Math.max(most, (running += 1));
        const end = Promise.withResolvers<number>();
        ends[index] = end;
        return end.promise.finally(() => (running -= 1));
      }),
    ),
  );
  for (let index = 0; index < 50; index += 1) {
    await settled();
    expect(begun).toHaveLength(Math.min(index + 2, 50));
    if (index % 10 === 3) ends[index]?.reject(new Error("failed"));
    else ends[index]?.resolve(index);
  }
  const results = await all;
  expect(results.filter(({ status }) => status === "rejected")).toHaveLength(5);
  expect(begun).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect([most, running]).toEqual([2, 0]);
});

test("who comes when too many wait is told at once, and later there is room again", async () => {
  const inTurn = createSemaphore({ atOnceMax: 1, waitingMax: 2 });
  const end = Promise.withResolvers<string>();
  const first = inTurn(() => end.promise);
  const waiting = [inTurn(async () => "second"), inTurn(async () => "third")];
  await expect(inTurn(async () => "one too many")).rejects.toThrow(TooManyWaiting);
  end.resolve("first");
  expect([await first, ...(await Promise.all(waiting))]).toEqual(["first", "second", "third"]);
  expect(await inTurn(async () => "later")).toBe("later");
});
