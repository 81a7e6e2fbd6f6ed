/**
 * Distance of ranks that are given freely. 32 times in a row a place between two neighbours can be halved, and 2³¹ times
 * an item can be put at the end, before ranks run out.
 */
export const GAP = 2n ** 32n;

/**
 * `count` increasing ranks strictly between two others; null stands for the open end. Null when there is no room: then the
 * playlist must be numbered anew.
 */
export function ranksBetween(before: bigint | null, after: bigint | null, count: number): bigint[] | null {
  const step = BigInt(count) + 1n;
  const [low, high] = bounds(before, after, step);
  if (high - low < step || low < -(2n ** 62n) || high > 2n ** 62n) return null;
  return Array.from({ length: count }, (_, index) => low + ((high - low) * BigInt(index + 1)) / step);
}

function bounds(before: bigint | null, after: bigint | null, step: bigint): [bigint, bigint] {
  if (before !== null) return [before, after ?? before + GAP * step];
  if (after !== null) return [after - GAP * step, after];
  return [0n, GAP * step];
}
