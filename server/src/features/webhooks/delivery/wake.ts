/** Lets one loop sleep until somebody says that something changed. */
export interface Wake {
  /** Cheap when nobody sleeps. */
  notify(): void;
  /** Resolves when `condition` holds (asked now and after each notify), or after `timeoutMs`. */
  until(condition: () => boolean, timeoutMs?: number): Promise<void>;
}

export function createWake(): Wake {
  let sleeper: (() => void) | null = null;
  return {
    notify: () => sleeper?.(),
    until: (condition, timeoutMs) =>
      new Promise((resolve) => {
        if (condition()) return resolve();
        const stop = () => {
          sleeper = null;
          clearTimeout(timer);
          resolve();
        };
        const timer = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs);
        sleeper = () => {
          if (condition()) stop();
        };
      }),
  };
}
