/** How long to wait after the first, second … failed try; the last wait is repeated. */
export type Backoff = (attempts: number) => number;

/** `jitter`: up to this share longer, so that what failed together does not come back together. */
type BackoffOptions = { jitter: number } & (
  | { delaysMs: readonly [number, ...number[]] }
  | { firstMs: number; factor: number; maxMs: number }
);

export function createBackoff({ jitter, ...waits }: BackoffOptions, random: () => number = Math.random): Backoff {
  const waitMs = (attempts: number): number => {
    if ("delaysMs" in waits) return waits.delaysMs[Math.min(attempts, waits.delaysMs.length) - 1] ?? waits.delaysMs[0];
    return Math.min(waits.maxMs, waits.firstMs * waits.factor ** (attempts - 1));
  };
  return (attempts) => waitMs(Math.max(1, attempts)) * (1 + jitter * random());
}
