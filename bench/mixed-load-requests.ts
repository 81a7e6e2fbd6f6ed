import { wavOf } from "../server/test-kit/audio.ts";
import type { LoadAccount } from "./mixed-load-accounts.ts";

export interface MixedRequest {
  method: "GET" | "POST" | "PATCH";
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface MixedOperation {
  operation: string;
  /** Of 1,000 requests. */
  share: number;
  request(account: LoadAccount, pick: <T>(values: readonly T[]) => T): MixedRequest;
}

const json = (body: unknown) => ({ headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const get =
  (path: (account: LoadAccount, pick: <T>(values: readonly T[]) => T) => string): MixedOperation["request"] =>
  (account, pick) => ({ method: "GET", path: path(account, pick) });

const boundary = "----load";
const form = Buffer.concat([
  Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n`,
  ),
  wavOf({ seconds: 0.1 }),
  Buffer.from(`\r\n--${boundary}--\r\n`),
]);

/** What apps of music creators do: mostly read, now and then change, seldom make. */
export const mix: MixedOperation[] = [
  { operation: "getTrack", share: 250, request: get(({ trackIds }, pick) => `/v1/tracks/${pick(trackIds)}`) },
  { operation: "listTracks", share: 150, request: get(() => "/v1/tracks") },
  { operation: "listTracks (search)", share: 30, request: get(() => "/v1/tracks?search=rain%20song&source=upload") },
  {
    operation: "downloadTrackAudio",
    share: 40,
    request: get(({ trackIds }, pick) => `/v1/tracks/${pick(trackIds)}/audio`),
  },
  {
    operation: "updateTrack",
    share: 10,
    request: ({ trackIds }, pick) => ({
      method: "PATCH",
      path: `/v1/tracks/${pick(trackIds)}`,
      ...json({ title: `Song of rain ${pick([1, 2, 3, 4])}` }),
    }),
  },
  {
    operation: "uploadTrack",
    share: 10,
    request: () => ({
      method: "POST",
      path: "/v1/tracks",
      headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
      body: form,
    }),
  },
  {
    operation: "createGeneration",
    share: 10,
    request: () => ({
      method: "POST",
      path: "/v1/generate",
      ...json({ prompt: "Lo-fi, rainy night", instrumental: true, duration_seconds: 5 }),
    }),
  },
  { operation: "getGeneration", share: 100, request: get(({ generationId }) => `/v1/generations/${generationId}`) },
  { operation: "listGenerations", share: 60, request: get(() => "/v1/generations") },
  { operation: "getProfile", share: 80, request: get(() => "/v1/profile") },
  { operation: "listEvents", share: 60, request: get(() => "/v1/events") },
  { operation: "listWebhooks", share: 40, request: get(() => "/v1/webhooks") },
  {
    operation: "listWebhookDeliveries",
    share: 30,
    request: get(({ webhookId }) => `/v1/webhooks/${webhookId}/deliveries`),
  },
  { operation: "listPlaylists", share: 50, request: get(() => "/v1/playlists") },
  { operation: "getPlaylist", share: 30, request: get(({ playlistId }) => `/v1/playlists/${playlistId}`) },
  {
    operation: "listPlaylistTracks",
    share: 30,
    request: get(({ playlistId }) => `/v1/playlists/${playlistId}/tracks`),
  },
  {
    operation: "addPlaylistTracks",
    share: 10,
    request: ({ playlistId, trackIds }, pick) => ({
      method: "POST",
      path: `/v1/playlists/${playlistId}/tracks`,
      ...json({ track_ids: [pick(trackIds)] }),
    }),
  },
  {
    operation: "movePlaylistTrack",
    share: 10,
    request: ({ playlistId, itemIds }, pick) => ({
      method: "PATCH",
      path: `/v1/playlists/${playlistId}/tracks/${pick(itemIds)}`,
      ...json({ position: pick([0, 3, 6, 9]) }),
    }),
  },
];
