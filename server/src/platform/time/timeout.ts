/**
 * Rejects with "<missing> within <timeoutMs> ms" when the promise has not settled in time. What it does later is nobody's
 * business any more: a late rejection is not unhandled.
 */
export function withTimeout<T>(promise: Promise<T>, timeoutMs: number, missing = "no answer"): Promise<T> {
  return new Promise((resolve, reject) => {
    // After a pause of this process the timer fires before the answer that already lies in the socket is read:
    // one more turn of the event loop gives it its chance.
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`${missing} within ${timeoutMs} ms`)));
    }, timeoutMs);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Whether the promise settles in time, either way. Never rejects. */
export function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  return withTimeout(settled, timeoutMs).catch(() => false);
}
