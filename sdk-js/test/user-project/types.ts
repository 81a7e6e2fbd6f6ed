// A user's TypeScript: compiled in every module mode, never run. Lines marked @ts-expect-error must not compile.
import { APIError, MusicVerse, unwrapWebhook } from "@musicverse/sdk";
import type { ApiKeyWithSecret, Generation, Page, RequestOptions, Track, WebhookPayload } from "@musicverse/sdk";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(verdict: Equal<A, B>): void;

export async function main(client: MusicVerse, options: RequestOptions): Promise<void> {
  const generation = await client.generations.create({ prompt: "slow blues", lane: "bulk" }, options);
  same<typeof generation, Generation>(true);
  if (generation.status === "completed") console.log(generation.track_id?.length);
  // A newer server may have more states, so they are no closed set.
  const status: string = generation.status;
  console.log(status, generation.error?.code);

  const page = await client.tracks.list({ limit: 2 });
  same<typeof page, Page<Track>>(true);
  for await (const track of client.tracks.list()) console.log(track.title.length, track.artist?.length);

  const { data, response, requestId } = await client.apiKeys
    .create({ name: "ci", scopes: ["tracks:read"] })
    .withResponse();
  same<typeof data, ApiKeyWithSecret>(true);
  console.log(response.status, requestId?.length);

  await client.tracks.upload({ file: new Uint8Array(1), title: "x" });
  await client.webhooks.update("whk_1", { event_types: null });
  for await (const { event, data: state } of client.generations.streamEvents("gen_1"))
    console.log(event.length, state.progress.toFixed());
  const bytes = await (await client.tracks.downloadAudio("trk_1", { range: { start: 0 } })).arrayBuffer();
  console.log(bytes.byteLength);

  // @ts-expect-error brief is required
  await client.drafts.create({ platform: "tiktok" });
  // @ts-expect-error a mistyped lane
  await client.generations.create({ prompt: "x", lane: "fast" });
  // @ts-expect-error a mistyped field
  await client.generations.create({ prompt: "x", promt: "y" });
  // @ts-expect-error an id is needed
  await client.tracks.get();
}

export function read(event: WebhookPayload): string | null {
  switch (event.type) {
    case "generation.completed":
      return event.data.track_id;
    case "track.deleted":
      return event.data.deleted ? event.data.id : null;
    default:
      return null;
  }
}

export async function receive(body: Uint8Array, headers: Headers): Promise<string> {
  try {
    return (await unwrapWebhook(body, headers, "whsec_x")).type;
  } catch (error) {
    return error instanceof APIError && error.code === "rate_limited" ? String(error.retryAfterMs) : "";
  }
}
