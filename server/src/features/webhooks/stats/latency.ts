/** Upper ends of the classes in which durations of attempts are counted, in milliseconds; the last takes all above. */
export const latencyBoundsMs = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000];

export function latencyClass(durationMs: number): number {
  const found = latencyBoundsMs.findIndex((bound) => durationMs <= bound);
  return found === -1 ? latencyBoundsMs.length - 1 : found;
}

/** The duration that this share of the attempts did not exceed, by straight lines within the classes; null without any. */
export function percentile(counts: readonly number[], share: number): number | null {
  const wanted = counts.reduce((sum, count) => sum + count, 0) * share;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && below + count >= wanted) {
      const [from, to] = [latencyBoundsMs[index - 1] ?? 0, latencyBoundsMs[index] ?? 0];
      return Math.round(from + ((to - from) * (wanted - below)) / count);
    }
    below += count;
  }
  return null;
}
