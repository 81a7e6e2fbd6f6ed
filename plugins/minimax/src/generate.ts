import type { GenerationEstimate, GenerationInput, GenerationOutput, LongWork } from "@musicverse/plugin-kit";
import { audioBytesMax, musicAnswer } from "./answer.ts";
import { musicRequest } from "./request.ts";
import type { Context } from "./settings.ts";

/** MiniMax works synchronously and may take minutes; it says nothing on the way. */
const answerTimeoutMs = 590_000;

/**
 * A song takes about as long as it lasts, and half a minute to begin. MiniMax publishes neither times nor prices here.
 */
export function estimate(_ctx: Context, input: GenerationInput): GenerationEstimate {
  return { seconds: 30 + input.durationSeconds, costMicros: null };
}

export async function generate(ctx: Context, input: GenerationInput): Promise<LongWork<GenerationOutput>> {
  const body = musicRequest(ctx, input);
  const stopProgress = guessProgress(ctx, estimate(ctx, input).seconds);
  try {
    const response = await ctx.http.request({
      method: "POST",
      url: `${ctx.config.baseUrl}/v1/music_generation`,
      json: body,
      timeoutMs: answerTimeoutMs,
      maxBytes: audioBytesMax * 2 + 65_536, // Hexadecimal has two characters a byte.
    });
    const { audio, format, durationMs, traceId } = await musicAnswer(ctx, response);
    ctx.emitProgress(1);
    const lyrics = body.lyrics ?? null;
    const output = { kind: "music", audio, format, model: body.model, lyrics, durationMs, costMicros: null } as const;
    return { done: { ...output, providerReference: traceId } };
  } finally {
    stopProgress();
  }
}

/** Half-way after half the usual time, then ever slower: a guess by the clock that never claims to be done. */
function guessProgress(ctx: Context, usualSeconds: number): () => void {
  const started = ctx.clock.now().getTime();
  const timer = setInterval(() => {
    const seconds = (ctx.clock.now().getTime() - started) / 1000;
    ctx.emitProgress(Math.max(0, seconds / (seconds + usualSeconds / 2)) * 0.95);
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}
