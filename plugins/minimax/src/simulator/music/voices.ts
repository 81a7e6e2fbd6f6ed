import { createRandom } from "../random.ts";
import type { Drum, Voice } from "./score.ts";

export const tableSize = 2048;

export interface VoiceSound {
  /** One period of the waveform, peak 1. */
  table: Float32Array;
  attackSeconds: number;
  releaseSeconds: number;
  /** Seconds in which a held note falls to 37 %; Infinity holds it. */
  decaySeconds: number;
  /** Vibrato as a part of the frequency. */
  vibrato: number;
}

/** Gains of the harmonics 1, 2, 3, …: the lead has a vowel's bump, the pluck falls off like a string. */
export const voices: Readonly<Record<Voice, VoiceSound>> = {
  lead: {
    table: wave([1, 0.55, 0.42, 0.3, 0.1, 0.05, 0.03]),
    attackSeconds: 0.03,
    releaseSeconds: 0.06,
    decaySeconds: 2.5,
    vibrato: 0.004,
  },
  pluck: {
    table: wave([1, 0.5, 0.33, 0.25, 0.16, 0.1, 0.07, 0.05]),
    attackSeconds: 0.004,
    releaseSeconds: 0.08,
    decaySeconds: 0.35,
    vibrato: 0,
  },
  pad: {
    table: wave([1, 0.25, 0.12, 0.06]),
    attackSeconds: 0.25,
    releaseSeconds: 0.3,
    decaySeconds: Infinity,
    vibrato: 0.001,
  },
  bass: { table: wave([1, 0.35, 0.1]), attackSeconds: 0.008, releaseSeconds: 0.05, decaySeconds: 0.9, vibrato: 0 },
};

function wave(harmonics: readonly number[]): Float32Array {
  const table = Float32Array.from({ length: tableSize }, (_, index) =>
    harmonics.reduce((sum, gain, order) => sum + gain * Math.sin((2 * Math.PI * index * (order + 1)) / tableSize), 0),
  );
  const peak = table.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
  return table.map((value) => value / peak);
}

/** Each drum once, as mono samples. */
export function drumSounds(sampleRate: number): Record<Drum, Float32Array> {
  const random = createRandom("drums");
  const noise = (): number => random.next() * 2 - 1;
  const sound = (seconds: number, at: (time: number) => number): Float32Array =>
    Float32Array.from(
      { length: Math.round(seconds * sampleRate) },
      (_, index) => at(index / sampleRate) * Math.min(1, index / 60),
    );
  let previous = 0;
  return {
    // The pitch falls from 150 to 45 Hz; the phase is the integral of that.
    kick: sound(
      0.35,
      (t) => Math.exp(-t * 11) * Math.sin(2 * Math.PI * (45 * t + (105 / 30) * (1 - Math.exp(-30 * t)))),
    ),
    snare: sound(0.22, (t) => Math.exp(-t * 18) * (0.7 * noise() + 0.5 * Math.sin(2 * Math.PI * 185 * t))),
    hat: sound(0.08, (t) => {
      const value = noise();
      const bright = value - previous;
      previous = value;
      return bright * Math.exp(-t * 55);
    }),
  };
}
