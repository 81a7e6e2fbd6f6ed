/** A plugin that has not ended this long after its abort is left behind. */
const GRACE_MS = 250;

export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`did not finish within ${ms} ms`);
    this.name = "DeadlineError";
  }
}

export interface Bounds {
  signal: AbortSignal;
  deadlineMs: number;
  /** Called when the function goes on although it was told to stop. */
  onIgnoredAbort: () => void;
}

/**
 * Runs `work` until it ends, the deadline (rejects with DeadlineError) or the caller's abort (rejects with its reason).
 * The signal given to `work` covers both. A function that ignores it cannot hold the caller.
 */
export async function callBounded<T>(work: (signal: AbortSignal) => Promise<T>, bounds: Bounds): Promise<T> {
  const { signal, deadlineMs } = bounds;
  if (signal.aborted) throw signal.reason;
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const deadline = setTimeout(() => controller.abort(new DeadlineError(deadlineMs)), deadlineMs);

  let grace: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener("abort", () => {
      grace = setTimeout(() => {
        bounds.onIgnoredAbort();
        reject(controller.signal.reason);
      }, GRACE_MS);
    });
  });
  try {
    return await Promise.race([work(controller.signal), stopped]);
  } catch (error) {
    // Whatever a stopped function says on its way out, the stop is the reason.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(deadline);
    clearTimeout(grace);
    signal.removeEventListener("abort", onAbort);
  }
}
