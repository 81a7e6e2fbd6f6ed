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
  let validUntil = performance.now() + kind.leaseMs;

  async function renew(): Promise<void> {
    const askedAt = performance.now();
    let kept = false;
    try {
      kept = (await kind.renew?.(claim)) ?? true;
      if (kept) validUntil = askedAt + kind.leaseMs;
    } catch (error) {
      log.warn({ err: error }, "the lease could not be renewed; trying again");
      kept = performance.now() < validUntil;
    }
    if (stopped) return;
    if (kept) schedule();
    else onLost();
  }

  function schedule(): void {
    timer = setTimeout(() => void renew(), kind.leaseMs / 3).unref();
  }

  if (kind.renew) schedule();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
