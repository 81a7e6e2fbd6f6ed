import { expect, test, vi } from "vitest";
import { createNotifiedCache } from "./index.ts";

interface Entry {
  version: number;
}

/** A database whose notifications and reads the test lets happen one by one. */
function setup() {
  let notify: (id: string) => void = () => undefined;
  let reset: () => void = () => undefined;
  let lose: () => void = () => undefined;
  const stored = new Map<string, Entry>([["a", { version: 1 }]]);
  const reads: (() => void)[] = [];
  const observed: string[] = [];
  const load = vi.fn<(id: string) => Promise<Entry | null>>((id) => {
    const value = stored.get(id) ?? null;
    return new Promise((resolve) => {
      reads.push(() => resolve(value));
    });
  });
  const cache = createNotifiedCache<Entry>({
    db: {
      listen: (_channel, handler, onReset, onLost) => {
        notify = handler;
        reset = onReset ?? reset;
        lose = onLost ?? lose;
        return () => undefined;
      },
    },
    channel: "entries",
    load,
    observe: (result) => void observed.push(result),
  });
  const read = async (id: string) => {
    const result = cache.get(id);
    for (const finish of reads.splice(0)) finish();
    return await result;
  };
  return {
    cache,
    observed,
    load,
    stored,
    reads,
    read,
    notify: (id: string) => notify(id),
    reset: () => reset(),
    lose: () => lose(),
  };
}

test("an entry is read once, and so is the lack of one", async () => {
  const { read, load, reset } = setup();
  reset();
  expect([await read("a"), await read("a"), await read("b"), await read("b")]).toEqual([
    { version: 1 },
    { version: 1 },
    null,
    null,
  ]);
  expect(load).toHaveBeenCalledTimes(2);
});

test("callers that come while it is read share that read", async () => {
  const { cache, load, reads, reset } = setup();
  reset();
  const all = [cache.get("a"), cache.get("a"), cache.get("a")].map((value) => Promise.resolve(value));
  for (const finish of reads.splice(0)) finish();
  expect(await Promise.all(all)).toEqual(Array.from({ length: 3 }, () => ({ version: 1 })));
  expect(load).toHaveBeenCalledOnce();
});

test("a notified entry is read again, the others are not", async () => {
  const { read, load, stored, notify, reset } = setup();
  reset();
  stored.set("b", { version: 1 });
  await read("a");
  await read("b");
  stored.set("a", { version: 2 });
  notify("a");
  expect([await read("a"), await read("b")]).toEqual([{ version: 2 }, { version: 1 }]);
  expect(load).toHaveBeenCalledTimes(3);
});

test("an entry that changed while it was being read is not kept, and later callers do not get it", async () => {
  const { cache, read, stored, reads, notify, reset } = setup();
  reset();
  const early = cache.get("a");
  const finishEarly = reads.shift();
  stored.set("a", { version: 2 });
  notify("a");
  expect(await read("a")).toEqual({ version: 2 });
  finishEarly?.();
  expect(await early).toEqual({ version: 1 });
  expect(await read("a")).toEqual({ version: 2 });
});

test("nothing is kept while notifications cannot be heard, and all is forgotten when that begins or ends", async () => {
  const { read, load, reset, lose } = setup();
  await read("a");
  await read("a");
  expect(load).toHaveBeenCalledTimes(2);
  reset();
  await read("a");
  await read("a");
  expect(load).toHaveBeenCalledTimes(3);
  lose();
  await read("a");
  await read("a");
  expect(load).toHaveBeenCalledTimes(5);
});

test("each question is counted by how it was answered", async () => {
  const { read, observed, reset, lose, notify } = setup();
  await read("a");
  reset();
  await read("a");
  await read("a");
  await read("b");
  await read("b");
  notify("a");
  await read("a");
  lose();
  await read("a");
  expect(observed).toEqual(["uncached", "miss", "hit", "miss", "hit", "miss", "uncached"]);
});
