import type { Groove } from "./mood.ts";
import type { Drum, Hit } from "./score.ts";

/** Eighths of one bar at which each drum sounds. */
const patterns: Readonly<Record<Groove, Readonly<Record<Drum, readonly number[]>>>> = {
  none: { kick: [], snare: [], hat: [] },
  soft: { kick: [0], snare: [4], hat: [0, 2, 4, 6] },
  rock: { kick: [0, 4, 5], snare: [2, 6], hat: [0, 1, 2, 3, 4, 5, 6, 7] },
  four: { kick: [0, 2, 4, 6], snare: [2, 6], hat: [1, 3, 5, 7] },
  broken: { kick: [0, 3, 5], snare: [2, 6], hat: [0, 1, 2, 3, 4, 5, 6, 7] },
};
const gains: Readonly<Record<Drum, number>> = { kick: 0.5, snare: 0.22, hat: 0.07 };

interface Bars {
  start: number;
  time: (at: number) => number;
  /** False in the introduction: hats only. */
  full: boolean;
  lively: boolean;
}

/** Two bars of drums. */
export function drumsFor(groove: Groove, { start, time, full, lively }: Bars): Hit[] {
  const pattern = patterns[groove];
  const drums: readonly Drum[] = full ? ["kick", "snare", "hat"] : ["hat"];
  return [0, 8].flatMap((bar) =>
    drums.flatMap((drum) =>
      pattern[drum].map((at) => ({ at: time(start + bar + at), drum, gain: gains[drum] * (lively ? 1 : 0.8) })),
    ),
  );
}
