import type { Context } from "./settings.ts";

/** Half-way after half the usual time, then ever slower: a guess by the clock that never claims to be done. */
export function guessProgress(ctx: Context, usualSeconds: number): () => void {
  const started = ctx.clock.now().getTime();
  const timer = setInterval(() => {
    const seconds = (ctx.clock.now().getTime() - started) / 1000;
    ctx.emitProgress(Math.max(0, seconds / (seconds + usualSeconds / 2)) * 0.95);
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}
