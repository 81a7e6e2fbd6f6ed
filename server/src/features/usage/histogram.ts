/** Requests per bucket of `app.latency_bucket`; a sum of histograms is the histogram of the whole. */
export type Histogram = Map<number, number>;

/** Bucket b holds latencies from 64 · 2^(b/8) µs to 64 · 2^((b+1)/8) µs; bucket 0 also everything shorter. */
const FIRST_US = 64;
const PER_DOUBLING = 8;

/** Any latency of at least 64 µs is within this of what stands for its bucket. */
export const relativeError = 2 ** (1 / (2 * PER_DOUBLING)) - 1;

export function addTo(histogram: Histogram, bucket: number, requests: number): void {
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + requests);
}

/**
 * The latency in ms that the given share of requests did not exceed (nearest rank), as the geometric middle of its bucket:
 * off by at most `relativeError`. Null when there were no requests.
 */
export function percentileMs(histogram: Histogram, share: number): number | null {
  const buckets = [...histogram].toSorted(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, requests]) => sum + requests, 0);
  const rank = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  for (const [bucket, requests] of buckets) {
    seen += requests;
    if (seen >= rank) return Math.round((FIRST_US * 2 ** ((bucket + 0.5) / PER_DOUBLING)) / 10) / 100;
  }
  return null;
}
