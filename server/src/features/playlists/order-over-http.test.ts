import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { playlistHelpers } from "./playlists.fixture.ts";

let app: TestApp;
let account: TestAccount;
let playlists: TestAccount["test"]["playlists"];
const tracks: string[] = [];
let playlistId: string;
const { upload, order, add, expectWhole } = playlistHelpers(() => ({ account, tracks, playlistId }));

beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { LOG_LEVEL: "info" } });
  account = await app.signUp({ tier: "enterprise" });
  ({ playlists } = account.test);
  for (const tenths of [1, 2, 3, 4]) tracks.push((await upload(tenths / 10)).id);
});
afterAll(() => app?.close());
beforeEach(async () => {
  playlistId = (await playlists.create({ name: "Night drive" })).id;
});

describe("the order", () => {
  const place = fc.nat({ max: 12 });
  const step = fc.oneof(
    fc.record({ do: fc.constant("add" as const), count: fc.integer({ min: 1, max: 3 }), place }),
    fc.record({ do: fc.constant("move" as const), from: place, place }),
    fc.record({ do: fc.constant("moveBefore" as const), from: place, place }),
    fc.record({ do: fc.constant("moveAfter" as const), from: place, place }),
    fc.record({ do: fc.constant("remove" as const), from: place }),
  );

  test("is that of a list on which the same was done, whatever is done", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        playlistId = (await playlists.create({ name: "model" })).id;
        const model: string[] = [];
        for (const each of steps) {
          if (each.do === "add") {
            const added = await add(each.count, each.place);
            model.splice(each.place, 0, ...added);
            continue;
          }
          const id = model[each.from % Math.max(model.length, 1)];
          if (id === undefined) continue;
          const others = model.filter((other) => other !== id);
          if (each.do === "remove") {
            await playlists.removeTrack(playlistId, id);
            model.splice(0, model.length, ...others);
            continue;
          }
          const beside = others[each.place % Math.max(others.length, 1)];
          if (each.do !== "move" && beside === undefined) continue;
          const target =
            each.do === "move" ? each.place : others.indexOf(beside ?? "") + (each.do === "moveAfter" ? 1 : 0);
          const body =
            each.do === "move"
              ? { position: each.place }
              : each.do === "moveBefore"
                ? { before: beside }
                : { after: beside };
          const { position } = await playlists.moveTrack(playlistId, id, body);
          others.splice(target, 0, id);
          model.splice(0, model.length, ...others);
          expect(position).toBe(model.indexOf(id));
        }
        expect(await order()).toEqual(model);
        await expectWhole();
      }),
      { numRuns: 10 },
    );
  });

  test("is total and no item is lost or counted twice after many at once, with tracks deleted meanwhile", async () => {
    const doomed = await Promise.all([upload(0.1), upload(0.2)]);
    const others = await playlists.create({ name: "Other" });
    await playlists.addTracks(others.id, { track_ids: [...doomed, ...doomed].map(({ id }) => id) });
    const start = [
      ...(await add(20)),
      ...(await playlists.addTracks(playlistId, { track_ids: doomed.flatMap(({ id }) => [id, id]) })).items.map(
        ({ id }) => id,
      ),
    ];
    const removed = start.slice(0, 5);
    const added: string[] = [];
    const refused: unknown[] = [];
    const work: (() => Promise<unknown>)[] = [
      ...Array.from({ length: 20 }, (_, index) => async () => void added.push(...(await add(2, index % 7)))),
      ...Array.from(
        { length: 30 },
        (_, index) => () =>
          playlists.moveTrack(playlistId, start[5 + (index % 15)] ?? "", { position: (index * 7) % 20 }),
      ),
      ...removed.map((id) => () => playlists.removeTrack(playlistId, id)),
      ...doomed.map(
        ({ id }) =>
          () =>
            account.test.tracks.delete(id),
      ),
      // May come before or after the deletion; either is right, a deadlock or a wrong count is not.
      ...doomed.map(
        ({ id }) =>
          () =>
            playlists.addTracks(others.id, { track_ids: [id] }).catch((error: unknown) => void refused.push(error)),
      ),
    ];
    await Promise.all(work.toSorted((a, b) => (work.indexOf(a) % 7) - (work.indexOf(b) % 7)).map((run) => run()));
    for (const error of refused) expect(error).toMatchObject({ status: 400 });
    expect((await order()).toSorted()).toEqual([...start.slice(5, 20), ...added].toSorted());
    await expectWhole();
    expect(await playlists.get(others.id)).toMatchObject({ track_count: 0, duration_ms: 0 });
  });
});
