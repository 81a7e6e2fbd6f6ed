import type { Database } from "../../platform/db/index.ts";
import type { BlobStorage } from "../../platform/storage/index.ts";
import type { WorkKind } from "../../platform/work/index.ts";
import { blobSource } from "./audio/byte-source.ts";
import { measureLoudnessInThread } from "./audio/measure-in-thread.ts";
import type { Measurement } from "./audio/measure.ts";
import { claimAnalysis, finishAnalysis, renewAnalysis, selectUnmeasured } from "./store.ts";
import type { AnalysisClaim, DueRow } from "./store.ts";

export const analysisKind = "track-analysis";

export interface AnalysisDeps {
  db: Database;
  storage: BlobStorage;
  /** Tracks measured at a time in one process; each keeps one core busy. */
  concurrency: number;
  /** Default: one minute. */
  leaseMs?: number;
  /** Longest measurement of one track; audio that takes longer stays without loudness. Default: ten minutes. */
  timeoutMs?: number;
}

/** A track that brought its worker down this often is left alone. */
const attemptsMax = 3;

/** Measures the loudness of new tracks. A try that fails is repeated when its lease ends. Its claim is its own: the columns are part of a track's row. */
export function analysisWork(deps: AnalysisDeps): WorkKind<AnalysisClaim> {
  const { db, concurrency, leaseMs = 60_000 } = deps;
  return {
    name: analysisKind,
    queue: analysisKind,
    concurrency,
    leaseMs,
    due: async (limit, among) => {
      const ids = among?.map(({ id }) => id) ?? null;
      const rows = await db.readSystem<DueRow>("sweep tracks without loudness", selectUnmeasured(limit, ids));
      return rows.map(({ id, account_id }) => ({ id, accountId: account_id }));
    },
    claim: ({ id, accountId }) => claimAnalysis(db, { id, account_id: accountId }, leaseMs),
    renew: (claim) => renewAnalysis(db, claim, leaseMs),
    run: async (claim, { signal }) => {
      const result = claim.analysis_attempts > attemptsMax ? gaveUp : await measure(deps, claim, signal);
      await finishAnalysis(db, claim, result);
    },
  };
}

const gaveUp: Measurement = { unmeasurable: "gave_up" };

async function measure(deps: AnalysisDeps, claim: AnalysisClaim, signal: AbortSignal): Promise<Measurement> {
  const timeout = AbortSignal.timeout(deps.timeoutMs ?? 10 * 60 * 1000);
  const source = blobSource(deps.storage, claim.blob_key, claim.bytes);
  try {
    return await measureLoudnessInThread(source, claim.format, AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (timeout.aborted && !signal.aborted) return gaveUp;
    throw error;
  }
}
