import type { Random } from "../random.ts";

/** A melody note: eighths from the phrase's start, length in eighths, step of the scale above the tonic. */
export interface MelodyNote {
  at: number;
  length: number;
  step: number;
}

const eighths = 16;
/** The last eighths of a phrase are for breathing. */
const sungEighths = 13;

/**
 * One note a syllable over two bars. Walks the scale in small steps, lands on a note of the bar's chord on the strong
 * beats and at the end. `chords` holds the step of each of the two bars' chords.
 */
export function melodyFor(
  syllables: number,
  chords: readonly [number, number],
  lift: number,
  random: Random,
): MelodyNote[] {
  const grid = syllables > sungEighths ? 0.5 : 1;
  const onsets = Array.from(
    { length: syllables },
    (_, index) => Math.round((index * sungEighths) / syllables / grid) * grid,
  );
  let step = lift + random.pick([0, 2, 4]);
  return onsets.map((at, index) => {
    const last = index === syllables - 1;
    const chord = at < eighths / 2 ? chords[0] : chords[1];
    step = bounded(step + random.pick([-2, -1, -1, 0, 1, 1, 2]), lift - 2, lift + 7);
    if (last || at % 4 === 0) step = nearestChordStep(step, chord);
    const until = last ? Math.min(eighths - 1, at + 3) : (onsets[index + 1] ?? eighths);
    return { at, length: until - at, step };
  });
}

/** Steps of a chord are its root, third and fifth: 0, 2, 4 above it, in every octave. */
function nearestChordStep(step: number, chord: number): number {
  const offsets = [0, 1, -1, 2, -2, 3, -3];
  const isChordStep = (candidate: number): boolean => [0, 2, 4].includes((((candidate - chord) % 7) + 7) % 7);
  return step + (offsets.find((offset) => isChordStep(step + offset)) ?? 0);
}

function bounded(value: number, low: number, high: number): number {
  if (value < low) return low + (low - value);
  return value > high ? high - (value - high) : value;
}
