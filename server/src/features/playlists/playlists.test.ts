import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { playlistHelpers } from "./playlists.fixture.ts";

let app: TestApp;
let account: TestAccount;
let playlists: TestAccount["test"]["playlists"];
/** Four tracks of 1, 2, 3 and 4 tenths of a second. */
let tracks: string[];
let playlistId: string;

beforeAll(async () => {
  app = await startTestApp({ worker: false, env: { LOG_LEVEL: "info" } });
  account = await app.signUp({ tier: "enterprise" });
  ({ playlists } = account.test);
  tracks = [];
  for (const tenths of [1, 2, 3, 4]) tracks.push((await upload(tenths / 10)).id);
});
afterAll(() => app?.close());
beforeEach(async () => {
  playlistId = (await playlists.create({ name: "Night drive" })).id;
});

const { upload, track, walk, order, add, expectWhole } = playlistHelpers(() => ({ account, tracks, playlistId }));

async function eventsOf(id: string) {
  const { data } = await account.test.events.list({ limit: 100 });
  return data.filter((event) => "id" in event.data && event.data.id === id).toReversed();
}

describe("a playlist", () => {
  test("is created, changed and deleted, each with its event", async () => {
    const made = await playlists.create({ name: "  Calm ", description: "quiet" });
    expect(made).toMatchObject({
      object: "playlist",
      name: "Calm",
      description: "quiet",
      track_count: 0,
      duration_ms: 0,
    });
    const changed = await playlists.update(made.id, { description: null });
    expect(changed).toEqual({ ...made, description: null, updated_at: changed.updated_at });
    expect(await playlists.update(made.id, { name: "Calm" })).toEqual(changed);
    expect(await playlists.get(made.id)).toEqual(changed);
    expect((await playlists.list()).data[0]).toEqual(changed);
    await playlists.delete(made.id);
    for (const gone of [
      () => playlists.get(made.id),
      () => playlists.delete(made.id),
      () => playlists.listTracks(made.id),
    ]) {
      await expect(gone()).rejects.toMatchObject({ status: 404, code: "not_found" });
    }
    const events = await eventsOf(made.id);
    expect(events.map(({ type }) => type)).toEqual(["playlist.created", "playlist.updated", "playlist.deleted"]);
    expect(events.map(({ data }) => data)).toEqual([made, changed, { object: "playlist", id: made.id, deleted: true }]);
  });

  test("lies in live or sandbox, never in both", async () => {
    await expect(account.live.playlists.get(playlistId)).rejects.toMatchObject({ status: 404 });
    const live = await account.live.playlists.create({ name: "Live" });
    await expect(account.live.playlists.addTracks(live.id, { track_ids: [track(0)] })).rejects.toMatchObject({
      status: 400,
      code: "validation_failed",
      errors: [{ path: "/body/track_ids/0", code: "not_found" }],
    });
    expect((await playlists.list()).data.map(({ name }) => name)).not.toContain("Live");
  });

  test("refuses what it does not know", async () => {
    for (const body of [
      {},
      { name: "" },
      { name: " " },
      { name: "a\nb" },
      { name: "a", track_ids: [] },
      { name: "a", description: "x".repeat(2001) },
    ]) {
      const answer = await app.request("post", "/v1/playlists", { key: account.testKey, body });
      expect(answer, JSON.stringify(body)).toMatchObject({ status: 400, body: { code: "validation_failed" } });
    }
  });

  test("changes with If-Match only as it was read, its tracks included", async () => {
    const path = `/v1/playlists/${playlistId}`;
    const {
      headers: { etag = "" },
    } = await app.request("get", path, { key: account.testKey });
    await add(1);
    const late = await app.request("patch", path, {
      key: account.testKey,
      headers: { "if-match": etag },
      body: { name: "Other" },
    });
    expect(late).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
    const now = late.headers["etag"] ?? "";
    expect(
      await app.request("patch", path, { key: account.testKey, headers: { "if-match": now }, body: { name: "Other" } }),
    ).toMatchObject({ status: 200 });
  });

  test("number 1,001 of an account is refused (playlist_limit_reached)", async () => {
    const other = await app.signUp({ tier: "enterprise" });
    const id = decodeId("acc", other.sandboxId);
    await app.services.db.asSystem("a test fills an account", (tx) =>
      tx.query(
        `insert into playlists (account_id, id, name, created_at, updated_at)
       select $1, gen_random_uuid(), 'full', now(), now() from generate_series(1, 999)`,
        [id],
      ),
    );
    const answers = await Promise.allSettled(
      Array.from({ length: 3 }, () => other.test.playlists.create({ name: "one more" })),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(answers.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { status: 409, code: "playlist_limit_reached" },
    });
  });
});

describe("the tracks of a playlist", () => {
  test("stand in the order given, at the end or at a position, the same one as often as wanted", async () => {
    const [a, b] = await add(2);
    const { playlist, items } = await playlists.addTracks(playlistId, { track_ids: [track(3), track(3)], position: 1 });
    expect(playlist).toMatchObject({ track_count: 4, duration_ms: 100 + 200 + 400 + 400 });
    expect(items.map(({ position, track: { id } }) => [position, id])).toEqual([
      [1, track(3)],
      [2, track(3)],
    ]);
    expect(await order()).toEqual([a, ...items.map(({ id }) => id), b]);
    const [last] = await add(1, 9999);
    expect((await order()).at(-1)).toBe(last);
    await expectWhole();
  });

  test("are added together or not at all", async () => {
    const gone = await upload(0.1);
    await account.test.tracks.delete(gone.id);
    const refused = playlists.addTracks(playlistId, { track_ids: [track(0), gone.id, track(1), gone.id] });
    await expect(refused).rejects.toMatchObject({
      status: 400,
      code: "validation_failed",
      errors: [
        { path: "/body/track_ids/1", code: "not_found" },
        { path: "/body/track_ids/3", code: "not_found" },
      ],
    });
    expect(await order()).toEqual([]);
  });

  test("move to a position, before and after others, and come out one by one", async () => {
    const [a = "", b = "", c = "", d = ""] = await add(4);
    const move = async (id: string, place: Parameters<typeof playlists.moveTrack>[2]) => {
      const { position } = await playlists.moveTrack(playlistId, id, place);
      expect((await walk())[position]?.id).toBe(id);
      return order();
    };
    expect(await move(d, { position: 0 })).toEqual([d, a, b, c]);
    expect(await move(d, { position: 2 })).toEqual([a, b, d, c]);
    expect(await move(a, { after: d })).toEqual([b, d, a, c]);
    expect(await move(c, { before: b })).toEqual([c, b, d, a]);
    expect(await move(c, { before: b })).toEqual([c, b, d, a]);
    expect(await move(c, { position: 10_000 })).toEqual([b, d, a, c]);
    await playlists.removeTrack(playlistId, d);
    expect(await order()).toEqual([b, a, c]);
    await expect(playlists.removeTrack(playlistId, d)).rejects.toMatchObject({ status: 404, code: "not_found" });
    await expect(playlists.moveTrack(playlistId, d, { position: 0 })).rejects.toMatchObject({
      status: 404,
      code: "not_found",
    });
    for (const before of [d, c]) {
      await expect(playlists.moveTrack(playlistId, c, { before })).rejects.toMatchObject({
        status: 400,
        errors: [{ path: "/body/before", code: "not_found" }],
      });
    }
    await expect(playlists.moveTrack(playlistId, c, { before: a, position: 1 })).rejects.toMatchObject({ status: 400 });
    await expectWhole();
  });

  test("leave every playlist when they are deleted, which counts and tells it", async () => {
    const other = await playlists.create({ name: "Other" });
    const short = await upload(0.1);
    const long = await upload(0.5);
    await playlists.addTracks(playlistId, { track_ids: [short.id, long.id, short.id, long.id] });
    await playlists.addTracks(other.id, { track_ids: [short.id] });
    await account.test.tracks.delete(short.id);
    expect((await walk()).map(({ track: { id } }) => id)).toEqual([long.id, long.id]);
    expect(await playlists.get(playlistId)).toMatchObject({ track_count: 2, duration_ms: 1000 });
    expect(await playlists.get(other.id)).toMatchObject({ track_count: 0, duration_ms: 0 });
    expect((await eventsOf(other.id)).at(-1)).toMatchObject({ type: "playlist.updated", data: { track_count: 0 } });
    await expectWhole();
  });

  test("can be added while they are deleted: neither waits for the other for good", async () => {
    const superuser = new pg.Client({ connectionString: app.database.adminUrl });
    await superuser.connect();
    const waiting = async () =>
      (
        await superuser.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
      ).rowCount;
    const [owner, id] = [decodeId("acc", account.sandboxId) ?? "", decodeId("pls", playlistId)];
    const gone = await upload(0.1);
    await playlists.addTracks(playlistId, { track_ids: [gone.id] });
    const adding = await app.services.db.withTenant(owner, async (tx) => {
      // As deleteTrack begins; then somebody adds the same track and must not hold the playlist while it waits.
      await tx.query("select 1 from tracks where account_id = $1 and id = $2 for update", [
        owner,
        decodeId("trk", gone.id),
      ]);
      const added = playlists.addTracks(playlistId, { track_ids: [gone.id] }).then(() => 201, String);
      await expect.poll(waiting).toBe(1);
      await tx.query("select 1 from playlists where account_id = $1 and id = $2 for update", [owner, id]);
      return { added };
    });
    expect(await adding.added).toBe(201);
    await superuser.end();
    await expectWhole();
  });

  test("can be moved while somebody waits for them the other way round: a deadlock is no fault of the caller", async () => {
    const superuser = new pg.Client({ connectionString: app.database.adminUrl });
    await superuser.connect();
    const [owner, id] = [decodeId("acc", account.sandboxId), decodeId("pls", playlistId)];
    const [first = "", second = ""] = await add(2);
    await superuser.query("begin");
    // So that of the two it is not this one that PostgreSQL ends.
    await superuser.query("set local deadlock_timeout = '1min'");
    await superuser.query("select 1 from playlist_items where account_id = $1 and id = $2 for update", [
      owner,
      decodeId("pli", second),
    ]);
    const moving = app.request("patch", `/v1/playlists/${playlistId}/tracks/${second}`, {
      key: account.testKey,
      body: { position: 0 },
    });
    const waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await expect.poll(async () => (await superuser.query(waits)).rowCount).toBe(1);
    // The request holds the playlist and waits for the item; this holds the item and waits for the playlist.
    await superuser.query("select 1 from playlists where account_id = $1 and id = $2 for update", [owner, id]);
    await superuser.query("commit");
    expect(await moving).toMatchObject({ status: 200, body: { position: 0 } });
    expect(await order()).toEqual([second, first]);
    await superuser.end();
    await expectWhole();
  });

  test("are 10,000 at most (playlist_full)", async () => {
    await add(1);
    const id = decodeId("pls", playlistId);
    const owner = decodeId("acc", account.sandboxId);
    await app.services.db.asSystem("a test fills a playlist", async (tx) => {
      await tx.query(
        `insert into playlist_items (account_id, id, playlist_id, track_id, rank, added_at)
         select $1, gen_random_uuid(), $2, track_id, rank + number, now() from playlist_items, generate_series(1, 9997) number where playlist_id = $2`,
        [owner, id],
      );
      await tx.query("update playlists set track_count = 9998, duration_ms = 999800 where id = $1", [id]);
    });
    await expect(add(3)).rejects.toMatchObject({ status: 409, code: "playlist_full" });
    await add(2, 5000);
    await expect(add(1)).rejects.toMatchObject({ status: 409, code: "playlist_full" });
    await expectWhole();
  });

  test("are walked page by page, also while others are added and removed", async () => {
    const all = await add(10);
    const first = await playlists.listTracks(playlistId, { limit: 4 });
    // The item that the cursor was made from goes, one comes before it and one behind it.
    await playlists.removeTrack(playlistId, all[3] ?? "");
    await add(1, 0);
    const [behind] = await add(1, 5);
    const rest: string[] = [];
    for (let cursor = first.next_cursor; cursor !== null;) {
      const { data, next_cursor: next } = await playlists.listTracks(playlistId, { limit: 4, cursor });
      rest.push(...data.map(({ id }) => id));
      cursor = next;
    }
    expect(rest.filter((id) => id !== behind)).toEqual(all.slice(4));
  });

  test("keep their order to the last bit of a rank, also beyond 2^53, where a float would round it", async () => {
    const all = await add(6);
    const id = decodeId("pls", playlistId);
    await app.services.db.asSystem("a test moves a playlist to the far end of its ranks", (tx) =>
      tx.query(
        `update playlist_items i set rank = 9007199254740993 + 2 * n.place
           from (select id, row_number() over (order by rank) as place from playlist_items where playlist_id = $1) n where i.id = n.id`,
        [id],
      ),
    );
    const walked: string[] = [];
    let cursor: string | null | undefined;
    for (let pages = 0; cursor !== null && pages < 10; pages += 1) {
      const page = await playlists.listTracks(playlistId, { limit: 1, ...(cursor === undefined ? {} : { cursor }) });
      walked.push(...page.data.map((item) => item.id));
      cursor = page.next_cursor;
    }
    expect(walked).toEqual(all);
    const [a = "", b = "", c = "", d = "", e = "", f = ""] = all;
    expect(await playlists.moveTrack(playlistId, f, { after: a })).toMatchObject({ position: 1 });
    expect(await playlists.moveTrack(playlistId, b, { before: e })).toMatchObject({ position: 4 });
    expect(await order()).toEqual([a, f, c, d, b, e]);
    await expectWhole();
  });

  test("stay in order when there is no room between two; a cursor from before is refused", async () => {
    const [a, z] = await add(2);
    await add(5);
    const { next_cursor: cursor } = (
      await app.request("get", `/v1/playlists/${playlistId}/tracks?limit=1`, { key: account.testKey })
    ).body;
    const middle: string[] = [];
    for (let count = 0; count < 40; count += 1) middle.unshift(...(await add(1, 1)));
    expect((await order()).slice(0, 42)).toEqual([a, ...middle, z]);
    const refused = await app.request("get", `/v1/playlists/${playlistId}/tracks?cursor=${String(cursor)}`, {
      key: account.testKey,
    });
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_cursor" } });
    await expectWhole();
  });
});
