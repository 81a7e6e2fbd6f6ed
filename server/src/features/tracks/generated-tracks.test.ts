import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../platform/clock/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { createEmit } from "../events/index.ts";
import { toneWav } from "./audio/wav.fixture.ts";
import { blobDeletionWork, createGeneratedTracks } from "./index.ts";
import type { GeneratedTracks, StoredAudio } from "./index.ts";
import { startTracks, workOnce } from "./tracks.fixture.ts";
import type { TracksApp } from "./tracks.fixture.ts";

let app: TracksApp;
let tracks: GeneratedTracks;
let account: string;
let generationId: string;
beforeAll(async () => {
  app = await startTracks();
  tracks = createGeneratedTracks({
    db: app.database.db,
    storage: app.storage,
    emit: createEmit({ clock: systemClock, fanOut: null }),
    work: { enqueue: async () => {} },
  });
});
afterAll(() => app.close());
beforeEach(async () => {
  account = await app.createAccount();
  generationId = newId();
  await app.database.db.withTenant(account, (tx) =>
    tx.query(
      `insert into generations (account_id, id, kind, status, lane, plugin_id, model, input, request_id)
       values ($1, $2, 'music', 'running', 'interactive', 'minimax', 'music', '{}', 'req_test0001')`,
      [account, generationId],
    ),
  );
});

const wav = toneWav({ dbfs: -20, seconds: 0.2 });
const create = (stored: StoredAudio, after?: () => never) =>
  app.database.db.withTenant(account, async (tx) => {
    const track = await tracks.create(tx, { generationId, title: "song", stored, requestId: "req_test0001" });
    after?.();
    return track;
  });
const blob = (stored: StoredAudio) => app.storage.stat(stored.blobKey);

test("stored audio becomes the generation's track, and a late discard does not touch it", async () => {
  const stored = await tracks.store(account, Readable.from([wav]));
  expect(await create(stored)).toMatchObject({ source: "generation", generation_id: generationId, title: "song" });
  await tracks.discard(stored);
  expect(await blob(stored)).toEqual({ bytes: wav.length });
});

test("a generation gets one track at most, also when two workers finish it at once", async () => {
  const both = [await tracks.store(account, wav), await tracks.store(account, wav)];
  const outcomes = await Promise.allSettled(both.map((stored) => create(stored)));
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  await Promise.all(both.map((stored) => tracks.discard(stored)));
  expect((await Promise.all(both.map(blob))).filter(Boolean)).toHaveLength(1);
});

test("audio whose transaction failed goes when it is discarded", async () => {
  const stored = await tracks.store(account, wav);
  const failing = create(stored, () => {
    throw new Error("lease lost");
  });
  await expect(failing).rejects.toThrow("lease lost");
  expect(await blob(stored)).not.toBeNull();
  await tracks.discard(stored);
  expect(await blob(stored)).toBeNull();
});

test("audio left behind by a process that died is swept after a day, and is no track after that", async () => {
  const stored = await tracks.store(account, wav);
  const kind = blobDeletionWork({ db: app.database.db, storage: app.storage });
  const pointer = { id: stored.id, accountId: account };
  expect(await kind.due(100, [pointer])).toEqual([]);
  const day = "update blob_deletions set due_at = due_at - interval '24 hours'";
  await app.database.db.withTenant(account, (tx) => tx.query(day));
  expect(await kind.due(100, [pointer])).toEqual([pointer]);
  await workOnce(kind, pointer);
  expect(await blob(stored)).toBeNull();
  await expect(create(stored)).rejects.toThrow("given up");
});

test("a provider's bytes that are no whole audio are refused and leave nothing", async () => {
  await expect(tracks.store(account, wav.subarray(0, 5000))).rejects.toMatchObject({ code: "truncated" });
  await expect(tracks.store(account, Buffer.from("<html>"))).rejects.toMatchObject({ code: "not_audio" });
  expect((await app.storedFiles()).filter((name) => name.startsWith(account))).toEqual([]);
});
