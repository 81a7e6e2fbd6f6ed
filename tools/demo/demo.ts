// The main job, as an app does it: key → generation → progress → signed webhook → playable file, through the built SDK.
import { existsSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildSdk, type Sdk } from "./built-sdk.ts";
import { openPlatform } from "./platform.ts";
import { createProgress } from "./progress.ts";
import { receiveWebhooks } from "./receiver.ts";

const USAGE = `npm run demo -- [options]
  --prompt "…"       what it should sound like
  --lyrics file.txt  words to sing (default: a short verse)
  --seconds N        length, 5 to 240 (default 20)
  --out song.wav     where to write the song (default song.wav)
  --url, --key       use a running platform instead of the local one
  --json             print the summary as JSON`;

const LYRICS = `[Verse]
Street lights hum a quiet tune
Shadows waltz beneath the moon
[Chorus]
Sing it low and sing it slow
Every river learns to flow`;

interface Summary {
  ok: true;
  generation_id: string;
  track_id: string;
  webhook_id: string;
  event_id: string;
  signature_verified: true;
  file: string;
  bytes: number;
  duration_seconds: number;
  seconds: Record<string, number>;
}

const { values: options } = parseArgs({
  options: {
    prompt: { type: "string", default: "Warm acoustic folk, slow waltz, late evening" },
    lyrics: { type: "string" },
    seconds: { type: "string", default: "20" },
    out: { type: "string", default: "song.wav" },
    url: { type: "string" },
    key: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) console.log(USAGE);
else {
  const progress = createProgress(options.json);
  try {
    const summary = await demo(progress);
    progress.end();
    console.log(options.json ? JSON.stringify(summary, null, 2) : describe(summary));
  } catch (error) {
    progress.end();
    const reason = error instanceof Error ? error.message : String(error);
    console.error(options.json ? JSON.stringify({ ok: false, reason }) : `The demo failed: ${reason}`);
    process.exitCode = 1;
  }
}

async function demo(progress: ReturnType<typeof createProgress>): Promise<Summary> {
  const lyrics = readLyrics(options.lyrics);
  const seconds = Number(options.seconds);
  if (!Number.isInteger(seconds) || seconds < 5 || seconds > 240)
    throw new Error("--seconds takes a whole number from 5 to 240.");

  const sdk = await progress.step("SDK built", () => buildSdk());
  await using platform = await progress.step("platform", () => openPlatform(options, progress.say));
  const { MusicVerse } = sdk;
  const owner = new MusicVerse({ apiKey: platform.apiKey, baseUrl: platform.url });

  const key = await progress.step("API key created", () => owner.apiKeys.create({ name: "demo" }));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => owner.apiKeys.revoke(key.id));
  const client = new MusicVerse({ apiKey: key.key, baseUrl: platform.url });

  await using receiver = await receiveWebhooks();
  const webhook = await progress.step("webhook subscribed", () =>
    client.webhooks.create({
      url: receiver.url,
      event_types: ["generation.completed", "generation.failed"],
      description: "demo",
    }),
  );
  cleanup.defer(() => client.webhooks.delete(webhook.id));

  const generation = await progress.step("song asked for", () =>
    client.generations.create({ prompt: options.prompt, lyrics, duration_seconds: seconds }),
  );
  const done = await progress.step("song made", () =>
    client.generations.wait(generation.id, {
      onProgress: ({ status, progress: fraction }: { status: string; progress: number }) =>
        progress.fraction(status, fraction),
    }),
  );
  if (!done.track_id) throw new Error("The generation completed without a track. This is a bug of the server.");
  const trackId = done.track_id;

  const event = await progress.step("webhook received and verified", () =>
    receiver.next((delivery) => verify(sdk, delivery, webhook.secret, generation.id), 30_000),
  );
  const file = resolve(options.out);
  await progress.step("song downloaded", async () => {
    const audio = await client.tracks.downloadAudio(trackId);
    await audio.toFile(file);
  });
  const track = await client.tracks.get(trackId);
  const { size } = await stat(file);
  if (size !== track.bytes) throw new Error(`The file has ${size} bytes, the track ${track.bytes}.`);

  return {
    ok: true,
    generation_id: generation.id,
    track_id: trackId,
    webhook_id: webhook.id,
    event_id: event.id,
    signature_verified: true,
    file,
    bytes: size,
    duration_seconds: track.duration_ms / 1000,
    seconds: progress.seconds(),
  };
}

/** The event of our generation, or null for another one (the test event of a new endpoint). Throws on a bad signature. */
async function verify(
  sdk: Sdk,
  delivery: { body: string; headers: Record<string, string> },
  secret: string,
  generationId: string,
) {
  const event = await sdk.unwrapWebhook(delivery.body, delivery.headers, secret);
  if (event.type === "generation.failed" && event.data.id === generationId)
    throw new Error(`The generation failed: ${event.data.error?.message}`);
  return event.type === "generation.completed" && event.data.id === generationId ? event : null;
}

function readLyrics(file: string | undefined): string {
  if (file === undefined) return LYRICS;
  if (!existsSync(file)) throw new Error(`There is no file ${file}. Give --lyrics the path of a text file.`);
  const text = readFileSync(file, "utf8").trim();
  if (text.length === 0) throw new Error(`${file} is empty. Write some words into it, or leave out --lyrics.`);
  return text;
}

function describe(summary: Summary): string {
  const steps = Object.entries(summary.seconds).map(
    ([step, seconds]) => `  ${seconds.toFixed(2).padStart(7)} s  ${step}`,
  );
  return [
    "",
    ...steps,
    "",
    `  generation  ${summary.generation_id}`,
    `  track       ${summary.track_id}  (${summary.duration_seconds.toFixed(1)} s)`,
    `  event       ${summary.event_id}  signature verified`,
    `  file        ${summary.file}  (${(summary.bytes / 1e6).toFixed(1)} MB)`,
    "",
  ].join("\n");
}
