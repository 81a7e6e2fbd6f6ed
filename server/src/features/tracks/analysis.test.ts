import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../platform/clock/index.ts";
import { createEmit } from "../events/index.ts";
import { fixture } from "./audio/memory-source.fixture.ts";
import { toneWav } from "./audio/wav.fixture.ts";
import { storeAudio } from "./audio-keeper.ts";
import { createTrack } from "./create-track.ts";
import { analysisWork } from "./index.ts";
import type { AnalysisDeps } from "./index.ts";
import { startTracks, workOnce } from "./tracks.fixture.ts";
import type { TracksApp } from "./tracks.fixture.ts";

let app: TracksApp;
let account: string;
beforeAll(async () => {
  app = await startTracks();
});
afterAll(() => app.close());
beforeEach(async () => {
  account = await app.createAccount();
});

const kindWith = (options: Partial<AnalysisDeps> = {}) =>
  analysisWork({ db: app.database.db, storage: app.storage, concurrency: 1, ...options });

async function track(audio: Buffer) {
  const deps = {
    db: app.database.db,
    storage: app.storage,
    emit: createEmit({ clock: systemClock, fanOut: null }),
    work: { enqueue: async () => {} },
  };
  const stored = await storeAudio(deps, account, audio);
  const details = { title: "song", artist: null, generationId: null, requestId: "req_test0001" };
  await deps.db.withTenant(account, (tx) => createTrack(deps, tx, stored, details));
  return { id: stored.id, accountId: account };
}

async function stateOf({ id }: { id: string }) {
  const [row] = await app.database.db.withTenant(account, (tx) =>
    tx.query<{ analysis: string; loudness_lufs: number | null; analysis_reason: string | null }>(
      "select analysis, loudness_lufs, analysis_reason from tracks where id = $1",
      [id],
    ),
  );
  return row;
}
const leaseEnds = () =>
  app.database.db.withTenant(account, (tx) => tx.query("update tracks set analysis_due_at = now()"));

test("a new track is due, is measured once, and then never again", async () => {
  const pointer = await track(toneWav({ dbfs: -20, seconds: 2 }));
  expect(await kindWith().due(100)).toContainEqual(pointer);
  expect(await workOnce(kindWith(), pointer)).toBe(true);
  const loudness_lufs: unknown = expect.closeTo(-20, 1);
  expect(await stateOf(pointer)).toEqual({ analysis: "measured", loudness_lufs, analysis_reason: null });
  expect(await kindWith().due(100, [pointer])).toEqual([]);
  expect(await workOnce(kindWith(), pointer)).toBe(false);
});

test("audio that cannot be measured stays without loudness, with the reason, and is not tried again", async () => {
  const pointer = await track(fixture("tone.m4a"));
  await workOnce(kindWith(), pointer);
  const analysis_reason = "no_decoder";
  expect(await stateOf(pointer)).toEqual({ analysis: "unmeasurable", loudness_lufs: null, analysis_reason });
  expect(await kindWith().due(100, [pointer])).toEqual([]);
});

test("of two workers one gets the track, and one that lost its lease writes nothing", async () => {
  const pointer = await track(toneWav({ dbfs: -20, seconds: 1 }));
  const kind = kindWith();
  const claims = await Promise.all([kind.claim(pointer), kind.claim(pointer)]);
  const first = claims.find((claim) => claim !== null);
  if (!first || !kind.renew) throw new Error("nobody got it");
  expect(claims).toContain(null);
  expect(await kind.renew(first)).toBe(true);

  await leaseEnds();
  expect(await kind.claim(pointer)).toMatchObject({ analysis_attempts: 2 });
  expect(await kind.renew(first)).toBe(false);
  await kind.run(first, { signal: new AbortController().signal } as Parameters<typeof kind.run>[1]);
  expect(await stateOf(pointer)).toMatchObject({ analysis: "waiting" });
});

test("a store that fails is tried again when the lease ends, three times, then the track is left alone", async () => {
  const pointer = await track(toneWav({ dbfs: -20, seconds: 1 }));
  const broken = kindWith({ storage: { ...app.storage, readPart: () => Promise.reject(new Error("disk is gone")) } });
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await expect(workOnce(broken, pointer)).rejects.toThrow("disk is gone");
    expect(await broken.due(100, [pointer])).toEqual([]);
    await leaseEnds();
  }
  expect(await workOnce(broken, pointer)).toBe(true);
  expect(await stateOf(pointer)).toMatchObject({ analysis: "unmeasurable", analysis_reason: "gave_up" });
});

test("a measurement that takes too long is given up", async () => {
  const pointer = await track(toneWav({ dbfs: -20, seconds: 30 }));
  await workOnce(kindWith({ timeoutMs: 1 }), pointer);
  expect(await stateOf(pointer)).toMatchObject({ analysis: "unmeasurable", analysis_reason: "gave_up" });
});
