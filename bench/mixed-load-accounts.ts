import pg from "pg";
import { MusicVerse } from "@musicverse/sdk";
import { decodeId } from "../server/src/platform/ids/index.ts";
import { wavOf } from "../server/test-kit/audio.ts";

/** What one account of the mixed load asks about. */
export interface LoadAccount {
  key: string;
  trackIds: string[];
  generationId: string;
  webhookId: string;
  playlistId: string;
  itemIds: string[];
}

const TRACKS = 5;

/** Sandboxes without limits, because one machine is to be measured and not a plan; each with one of everything. */
export async function makeLoadAccounts(
  url: string,
  adminUrl: string,
  receiverUrl: string,
  count: number,
): Promise<LoadAccount[]> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  const accounts: LoadAccount[] = [];
  for (let index = 0; index < count; index += 1) accounts.push(await makeOne(url, admin, receiverUrl, index));
  await admin.end();
  return accounts;
}

async function makeOne(url: string, admin: pg.Client, receiverUrl: string, index: number): Promise<LoadAccount> {
  // Addresses may sign up 20 times a minute; a benchmark asks from as many addresses as it needs.
  const visitor = new MusicVerse({
    baseUrl: url,
    apiKey: null,
    defaultHeaders: { "X-Forwarded-For": `198.51.100.${index}` },
  });
  const { session } = await visitor.accounts.signUp({
    email: `load-${index}-${Date.now()}@example.com`,
    password: "a long benchmark password",
    name: "Load",
  });
  const owner = new MusicVerse({ apiKey: session.token, baseUrl: url, mode: "test" });
  const { sandbox_account_id: sandbox } = await owner.accounts.getProfile();
  await admin.query(
    `insert into rate_limit_overrides (account_id, id, quota_max, quota_seconds, burst_max, burst_seconds, note, created_at, updated_at)
     values ($1, gen_random_uuid(), 100000000, 3600, 100000000, 10, 'load benchmark', now(), now())`,
    [decodeId("acc", sandbox)],
  );
  const { key } = await owner.apiKeys.create({ name: "load" });
  const client = new MusicVerse({ apiKey: key, baseUrl: url });
  const tracks = [];
  for (let each = 0; each < TRACKS; each += 1)
    tracks.push(await client.tracks.upload({ file: wavOf({ seconds: 0.1 }), title: `Song ${each} of rain` }));
  const trackIds = tracks.map(({ id }) => id);
  const generation = await client.generations.create({
    prompt: "Lo-fi, rainy night",
    instrumental: true,
    duration_seconds: 5,
  });
  const webhook = await client.webhooks.create({ url: receiverUrl });
  const playlist = await client.playlists.create({ name: "Night drive" });
  const { items } = await client.playlists.addTracks(playlist.id, { track_ids: [...trackIds, ...trackIds] });
  return {
    key,
    trackIds,
    generationId: generation.id,
    webhookId: webhook.id,
    playlistId: playlist.id,
    itemIds: items.map(({ id }) => id),
  };
}
