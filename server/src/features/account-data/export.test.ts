import { createHash } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { wavOf } from "../../../test-kit/audio.ts";
import { startReceiver, type Receiver } from "../../../test-kit/receiver.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { newPicture } from "../library/library.fixture.ts";
import { createSlices, together } from "../../slices.ts";
import type { Exported } from "./exported.ts";
import { unzip } from "./unzip.fixture.ts";

let app: TestApp;
let receiver: Receiver;
let account: TestAccount;
let stranger: TestAccount;
let secrets: string[];
/** What the slices say that they give, and what they leave out. */
let exports: readonly Exported[];
beforeAll(async () => {
  app = await startTestApp();
  ({ exports } = together(createSlices(app.services, app.shared)));
  receiver = await startReceiver();
  [account, stranger] = [await app.signUp(), await app.signUp()];
  const webhook = await account.test.webhooks.create({ url: receiver.url });
  secrets = [webhook.secret, account.liveKey, account.testKey, account.sessionToken, "pw-canary-of-a-test"];
  const track = await account.test.tracks.upload({ file: wavOf({ seconds: 1 }), title: "Mine" });
  const playlist = await account.test.playlists.create({ name: "Mine, with ranks at the far end" });
  await account.test.playlists.addTracks(playlist.id, { track_ids: [track.id] });
  await stored("update playlist_items set rank = 9007199254740993 where playlist_id = $1", [
    decodeId("pls", playlist.id),
  ]);
  await newPicture(app, account, "My cover");
  await stranger.test.tracks.upload({ file: wavOf({ seconds: 1 }), title: "Theirs" });
  const { id } = await account.test.generations.create({
    prompt: "prompt-canary of mine",
    instrumental: true,
    duration_seconds: 5,
  });
  await account.test.generations.wait(id);
  await account.test.generations.wait(
    (await account.test.drafts.create({ brief: "prompt-canary brief of mine", platform: "tiktok" })).generation_id,
  );
  await receiver.next(({ event }) => event.type === "generation.completed");
  await vi.waitFor(
    async () => {
      if ((await stored("select 1 from webhook_attempts")).length === 0) throw new Error("no attempt yet");
    },
    { timeout: 10_000 },
  );
});
afterAll(async () => {
  await receiver?.close();
  await app?.close();
});

async function stored<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
  const admin = new Client({ connectionString: app.database.adminUrl });
  await admin.connect();
  return (await admin.query<T>(sql, values).finally(() => admin.end())).rows;
}

async function exported(headers: Record<string, string> = {}) {
  const response = await fetch(`${app.url}/v1/account/export`, {
    headers: { Authorization: `Bearer ${account.sessionToken}`, ...headers },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { response, bytes };
}

describe("the export of an account", () => {
  test("has everything that it and its sandbox have, and nothing of anybody else", async () => {
    const { response, bytes } = await exported();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/zip");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="musicverse-export.zip"');
    const files = await unzip(bytes);
    const json = (path: string) => JSON.parse(files.get(path)?.toString() ?? "null") as Record<string, unknown>[];
    for (const { table } of exports.flatMap(({ tables }) => tables))
      for (const folder of ["live", "sandbox"]) expect(json(`${folder}/${table}.json`), table).toBeInstanceOf(Array);

    expect(files.get("README.txt")?.toString()).toContain("tracks.json");
    expect(json("live/account.json")).toMatchObject({ id: account.liveId, mode: "live" });
    expect(json("live/users.json")).toMatchObject([{ email: account.email }]);
    expect(json("live/sessions.json").length).toBeGreaterThan(0);
    expect(json("sandbox/api_keys.json")).toMatchObject([{ name: "test" }]);
    const listed = (await account.test.tracks.list()).data.toReversed();
    expect(json("sandbox/tracks.json")).toMatchObject(listed.map(({ id, title, sha256 }) => ({ id, title, sha256 })));
    for (const { id, format, sha256 } of listed) {
      const audio = files.get(`sandbox/audio/${id}.${format}`) ?? Buffer.alloc(0);
      expect(createHash("sha256").update(audio).digest("hex")).toBe(sha256);
    }
    const [picture] = (await account.test.library.listAssets()).data;
    expect(json("sandbox/assets.json")).toMatchObject([
      { id: picture?.id, title: "My cover", sha256: picture?.file?.sha256 },
    ]);
    expect(
      createHash("sha256")
        .update(files.get(`sandbox/images/${picture?.id}.jpg`) ?? "")
        .digest("hex"),
    ).toBe(picture?.file?.sha256);
    const generations = [
      { kind: "music", status: "completed", input: { prompt: "prompt-canary of mine" } },
      {
        kind: "reel",
        status: "completed",
        draft_id: expect.stringMatching(/^dft_/),
        input: { brief: "prompt-canary brief of mine" },
      },
    ];
    expect(json("sandbox/generations.json").slice(-2)).toMatchObject(generations);
    expect(json("sandbox/drafts.json")).toMatchObject([
      { id: expect.stringMatching(/^dft_/), brief: "prompt-canary brief of mine" },
    ]);
    expect(json("sandbox/draft_variants.json")).toMatchObject([
      {
        id: expect.stringMatching(/^var_/),
        draft_id: expect.stringMatching(/^dft_/),
        hook: expect.stringMatching(/./),
      },
    ]);
    // Every digit of a number that a float would round.
    expect(files.get("sandbox/playlist_items.json")?.toString()).toMatch(/"rank":9007199254740993,/);
    const events = (await account.test.events.list({ limit: 100 })).data.map(({ id }) => id).toReversed();
    expect(json("sandbox/events.json").map(({ id }) => id)).toEqual(events);
    expect(json("sandbox/webhooks.json")).toMatchObject([{ url: receiver.url }]);
    expect(json("sandbox/webhook_deliveries.json").length).toBeGreaterThan(0);
    expect(json("sandbox/webhook_attempts.json").length).toBeGreaterThan(0);

    const everything = [...files.values()].map((content) => content.toString("latin1")).join("\n");
    for (const foreign of [stranger.email, stranger.liveId, stranger.sandboxId, "Theirs"])
      expect(everything).not.toContain(foreign);
    for (const secret of secrets) expect(everything).not.toContain(secret);
    expect(everything).not.toMatch(/argon2|whsec_|"v1\.t1\./);
  });

  test("is the same pair's, whichever of the two the session acts on", async () => {
    const files = await unzip((await exported({ "MusicVerse-Mode": "test" })).bytes);
    expect(JSON.parse(files.get("live/account.json")?.toString() ?? "{}")).toMatchObject({ id: account.liveId });
  });

  test("leaves no table of tenants out without a reason", async () => {
    const tables = await stored<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`,
    );
    const known = exports.flatMap(({ tables: given, leftOut = {} }) => [
      ...given.map(({ table }) => table),
      ...Object.keys(leftOut),
    ]);
    expect(
      tables.map(({ name }) => name),
      "list a new table in its slice's exports.ts: exported, or left out and why",
    ).toEqual(known.toSorted());
    for (const reason of exports.flatMap(({ leftOut = {} }) => Object.values(leftOut)))
      expect(reason.length).toBeGreaterThan(20);
  });

  test("names no column that holds a secret", () => {
    const named = exports
      .flatMap(({ tables }) => tables)
      .flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`));
    expect(
      named.filter((name) => /hash(?!tags)|secret|token(?!s$)|content$|lease|pepper|encrypted|sealed/.test(name)),
    ).toEqual([]);
  });

  test("is for people, five times an hour", async () => {
    expect(await app.request("get", "/v1/account/export", { key: account.liveKey })).toMatchObject({
      status: 403,
      body: { code: "session_required" },
    });
    for (let index = 0; index < 3; index += 1) expect((await exported()).response.status).toBe(200);
    const { response } = await exported();
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
