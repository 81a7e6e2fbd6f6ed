import type { MusicInput, MusicOutput } from "@musicverse/plugin-kit";
import { audioBytesMax, musicAnswer } from "./answer.ts";
import { musicRequest } from "./request.ts";
import { answerTimeoutMs, type Context } from "./settings.ts";

export async function generateMusic(ctx: Context, input: MusicInput): Promise<MusicOutput> {
  const body = musicRequest(ctx, input);
  const response = await ctx.http.request({
    method: "POST",
    url: `${ctx.config.baseUrl}/v1/music_generation`,
    json: body,
    timeoutMs: answerTimeoutMs,
    maxBytes: audioBytesMax * 2 + 65_536, // Hexadecimal has two characters a byte.
  });
  const { audio, format, durationMs, traceId } = await musicAnswer(ctx, response);
  const lyrics = body.lyrics ?? null;
  return {
    kind: "music",
    audio,
    format,
    model: body.model,
    lyrics,
    durationMs,
    costMicros: null,
    providerReference: traceId,
  };
}
