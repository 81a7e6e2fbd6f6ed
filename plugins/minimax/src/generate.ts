import type { GenerationInput, GenerationOutput, LongWork } from "@musicverse/plugin-kit";
import { generateArtwork } from "./artwork.ts";
import { generateMusic } from "./music.ts";
import { guessProgress } from "./progress.ts";
import { generateReel } from "./reel.ts";
import type { Context } from "./settings.ts";

/** How long MiniMax usually takes: it publishes no times, these are from experience. */
function secondsFor(input: GenerationInput): number {
  switch (input.kind) {
    case "music":
      return 30 + input.durationSeconds; // About as long as it lasts, and half a minute to begin.
    case "reel":
      return 5 + 5 * (input.target ? 1 : input.variants);
    case "artwork":
      return 25;
  }
}

export async function generate(ctx: Context, input: GenerationInput): Promise<LongWork<GenerationOutput>> {
  const stopProgress = guessProgress(ctx, secondsFor(input));
  try {
    const done = await made(ctx, input);
    ctx.emitProgress(1);
    return { done };
  } finally {
    stopProgress();
  }
}

function made(ctx: Context, input: GenerationInput): Promise<GenerationOutput> {
  switch (input.kind) {
    case "music":
      return generateMusic(ctx, input);
    case "reel":
      return generateReel(ctx, input);
    case "artwork":
      return generateArtwork(ctx, input);
  }
}
