import type { Logger } from "pino";
import type { WorkKind } from "./work.ts";

/**
 * Keeps a claim alive while it is worked on. `onLost` is called once: when the row says that it belongs to another, or
 * when it could not be asked for as long as the lease lasts.
 */
export function keepLease<Claim>(
  kind: WorkKind<Claim>,
  claim: Claim,
  { log, onLost }: { log: Logger; onLost: () => void },
): { stop(): void } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let expiry: NodeJS.Timeout | undefined;

  async function renew(): Promise<void> {
    const askedAt = performance.now();
    try {
      const kept = (await kind.renew?.(claim)) ?? true;
      if (stopped) return;
      if (!kept) return lose();
      expireAt(askedAt + kind.leaseMs);
    } catch (error) {
      if (stopped) return;
      log.warn({ err: error }, "could not renew the lease; retrying");
    }
    schedule();
  }

  /** A timer of its own: a database that hangs, rather than fails, must not hide that the time is over. */
  function expireAt(time: number): void {
    clearTimeout(expiry);
    expiry = setTimeout(lose, time - performance.now()).unref();
  }

  function lose(): void {
    if (stopped) return;
    stop();
    onLost();
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(expiry);
  }

  function schedule(): void {
    timer = setTimeout(() => void renew(), kind.leaseMs / 3).unref();
  }

  if (kind.renew) {
    expireAt(performance.now() + kind.leaseMs);
    schedule();
  }
  return { stop };
}
