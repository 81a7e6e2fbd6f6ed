import type { MusicInput } from "@musicverse/plugin-kit";
import { chosenModel } from "./models.ts";
import type { Context } from "./settings.ts";

const promptMax = 2000;

/** Body of `POST /v1/music_generation`. Asks for WAV at 44.1 kHz: what stores take as a master. */
export interface MusicRequest {
  model: string;
  prompt: string;
  lyrics?: string;
  is_instrumental?: true;
  lyrics_optimizer?: true;
  output_format: "hex" | "url";
  audio_setting: { sample_rate: 44_100; format: "wav" };
}

export function musicRequest(ctx: Context, input: MusicInput): MusicRequest {
  const model = chosenModel(ctx, "music", input.model);
  return {
    model,
    prompt: withLength(input.prompt, input.durationSeconds),
    ...words(input),
    output_format: ctx.config.outputFormat,
    audio_setting: { sample_rate: 44_100, format: "wav" },
  };
}

/** Lyrics are required unless the song has no voice or MiniMax is to write them from the prompt. */
function words(input: MusicInput): Pick<MusicRequest, "lyrics" | "is_instrumental" | "lyrics_optimizer"> {
  if (input.instrumental) return { is_instrumental: true };
  return input.lyrics === null ? { lyrics_optimizer: true } : { lyrics: input.lyrics };
}

/** MiniMax has no field for the length, so the wish is said in words; a prompt that leaves no room goes without. */
function withLength(prompt: string, seconds: number): string {
  const wished = `${prompt}\nLength: about ${seconds} seconds.`;
  return wished.length <= promptMax ? wished : prompt;
}
