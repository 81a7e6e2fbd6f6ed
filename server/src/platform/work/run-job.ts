import type { Logger } from "pino";
import { keepLease } from "./lease.ts";
import { WorkDelayed, type WorkKind, type WorkPointer, type WorkResult } from "./work.ts";

export interface Outcome {
  result: WorkResult;
  delayUntil: Date | null;
}

class LeaseLost extends Error {
  constructor() {
    super("the lease on this work was lost: another worker may have it");
    this.name = "LeaseLost";
  }
}

/** Claim, heartbeat, run. Never rejects: whatever goes wrong, the row says what happens next. */
export async function runJob(
  kind: WorkKind<unknown>,
  pointer: WorkPointer,
  { abort, closing, log }: { abort: AbortController; closing: AbortSignal; log: Logger },
): Promise<Outcome> {
  let claim: unknown;
  try {
    claim = await kind.claim(pointer);
  } catch (error) {
    log.error({ err: error }, "could not claim work; it will be retried");
    return { result: "failed", delayUntil: null };
  }
  if (claim === null) return { result: "skipped", delayUntil: null };

  const lease = keepLease(kind, claim, { log, onLost: () => abort.abort(new LeaseLost()) });
  try {
    await kind.run(claim, {
      signal: abort.signal,
      closing,
      log,
      delayUntil(date) {
        throw new WorkDelayed(date);
      },
    });
    return { result: "done", delayUntil: null };
  } catch (error) {
    if (error instanceof WorkDelayed) return { result: "delayed", delayUntil: error.until };
    if (abort.signal.aborted) {
      log.info({ err: error, reason: String(abort.signal.reason) }, "work aborted; it will be resumed");
      return { result: "aborted", delayUntil: null };
    }
    log.error({ err: error }, "work failed unexpectedly; it will be retried when its lease expires");
    return { result: "failed", delayUntil: null };
  } finally {
    lease.stop();
  }
}
