/** Rejects when the promise has not settled in time. */
export function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    // After a pause of this process the timer fires before the answer that already lies in the socket is read:
    // one more turn of the event loop gives it its chance.
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`no answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
