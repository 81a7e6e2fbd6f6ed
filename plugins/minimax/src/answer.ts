import { describeIssues, type HttpResponse } from "@musicverse/plugin-kit";
import { z } from "zod";
import { decodeSong, findSong, inItsPlace, parseAround } from "./song-in-answer.ts";
import { drift, successOf } from "./success.ts";
import type { Context } from "./settings.ts";

/** Ten minutes of WAV at 44.1 kHz. */
export const audioBytesMax = 120 * 1024 * 1024;

/** A song of more than an hour is a number gone wrong. */
const durationMaxMs = 3_600_000;

const answer = z.object({
  data: z.object({ status: z.literal(2), audio: z.string().min(1) }),
  trace_id: z.string().max(500).optional(),
  extra_info: z
    .object({ music_duration: z.number().min(1).max(durationMaxMs).optional().catch(undefined) })
    .nullish()
    .catch(null),
});

export interface MusicAnswer {
  audio: Uint8Array;
  format: "wav" | "mp3";
  durationMs: number | null;
  traceId: string | null;
}

/** Reads an answer of `POST /v1/music_generation`. */
export async function musicAnswer(ctx: Context, response: HttpResponse): Promise<MusicAnswer> {
  const song = findSong(response.bytes);
  const body = successOf(ctx, response, song ? () => parseAround(response, song) : undefined);
  const parsed = answer.safeParse(body);
  if (!parsed.success) {
    throw drift(describeIssues(parsed.error).join("; "));
  }
  const { data, trace_id: traceId, extra_info: extra } = parsed.data;
  const audio =
    song && data.audio === inItsPlace
      ? decodeSong(response.bytes, song)
      : ((await download(ctx, data.audio)) ?? decodeText(data.audio));
  if (!audio) throw drift("data.audio is neither hexadecimal nor a link");
  return {
    audio,
    format: sniff(audio),
    durationMs: extra?.music_duration === undefined ? null : Math.round(extra.music_duration),
    traceId: traceId ?? null,
  };
}

/** Its links live 24 hours, so it is fetched now. The key stays at home: the files lie with another company. Null: it is no link. */
async function download(ctx: Context, url: string): Promise<Uint8Array | null> {
  if (!/^https?:/i.test(url)) return null;
  const response = await ctx.http.request({
    method: "GET",
    url,
    credential: false,
    timeoutMs: 120_000,
    maxBytes: audioBytesMax,
  });
  if (response.status !== 200) throw drift(`the audio file's address answered ${response.status}`);
  return response.bytes;
}

/** A song that was not the first of its name in the answer. */
const decodeText = (hex: string): Uint8Array | null => decodeSong(Buffer.from(hex), { start: 0, end: hex.length });

function sniff(audio: Uint8Array): "wav" | "mp3" {
  const head = Buffer.from(audio.subarray(0, 12)).toString("latin1");
  if (head.startsWith("RIFF") && head.endsWith("WAVE")) return "wav";
  if (head.startsWith("ID3") || (audio[0] === 0xff && ((audio[1] ?? 0) & 0xe0) === 0xe0)) return "mp3";
  throw drift("data.audio is neither WAV nor MP3");
}
