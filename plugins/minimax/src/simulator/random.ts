import { createHash } from "node:crypto";

/** Repeatable chance: the same seed gives the same song. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number;
  pick<T>(choices: readonly T[]): T;
}

/** mulberry32, seeded with the first 32 bits of the text's SHA-256. */
export function createRandom(seed: string): Random {
  let state = createHash("sha256").update(seed).digest().readUInt32LE(0);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[Math.floor(next() * choices.length)];
    if (choice === undefined) throw new RangeError("nothing to pick from");
    return choice;
  };
  return { next, pick };
}
