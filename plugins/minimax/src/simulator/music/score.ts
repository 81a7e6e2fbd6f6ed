export type Voice = "lead" | "pluck" | "pad" | "bass";
export type Drum = "kick" | "snare" | "hat";

/** Times in seconds from the start, pitch as MIDI number (69 = A4 = 440 Hz), gain 0–1, pan −1 (left) to 1. */
export interface Note {
  at: number;
  seconds: number;
  pitch: number;
  voice: Voice;
  gain: number;
  pan: number;
}
export interface Hit {
  at: number;
  drum: Drum;
  gain: number;
}
export interface Score {
  seconds: number;
  beatSeconds: number;
  notes: Note[];
  hits: Hit[];
}

export const frequencyOf = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12);
