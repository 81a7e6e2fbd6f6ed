import type { ByteSource } from "./byte-source.ts";
import { decode } from "./decode.ts";
import type { AudioFormat } from "./format.ts";
import type { Pcm } from "./pcm.ts";
import { channelWeights, createLoudnessMeter } from "./loudness.ts";
import type { LoudnessMeter } from "./loudness.ts";

/** Why a track has no loudness and will not get one. */
export type Unmeasurable = "no_decoder" | "undecodable" | "silent" | "channel_layout" | "gave_up";
export type Measurement = { lufs: number } | { unmeasurable: Unmeasurable };

/** Integrated loudness of an audio file. Errors of `source` are thrown; everything about the audio is a result. */
export async function measureLoudness(source: ByteSource, format: AudioFormat): Promise<Measurement> {
  const pieces = await decode(source, format);
  if (!pieces) return { unmeasurable: "no_decoder" };
  let meter: LoudnessMeter | null = null;
  let shape = "";
  for await (const piece of pieces) {
    const weights = channelWeights(piece.channels.length, piece.order);
    if (!weights) return { unmeasurable: "channel_layout" };
    if (meter && shapeOf(piece) !== shape) return { unmeasurable: "undecodable" };
    shape = shapeOf(piece);
    meter ??= createLoudnessMeter(piece.sampleRate, weights);
    meter.add(piece.channels);
  }
  if (!meter) return { unmeasurable: "undecodable" };
  const lufs = meter.integrated();
  if (lufs === null) return { unmeasurable: "silent" };
  return Number.isFinite(lufs) ? { lufs: Math.round(lufs * 100) / 100 } : { unmeasurable: "undecodable" };
}

function shapeOf(piece: Pcm): string {
  return `${piece.sampleRate}/${piece.channels.length}`;
}
