import type { Database } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { Lease, WorkKind } from "../../platform/work/index.ts";
import { dropUnknownReports, type ReportRow } from "./report-store.ts";

/** Works off reports in the process that took them, so that an exposed key ends at once though no worker runs. */
export interface ExposureDesk {
  take(reportIds: string[]): void;
  /** Resolves when what was taken is done. */
  close(): Promise<void>;
}

export function createExposureDesk({
  db,
  kind,
  log,
}: {
  db: Database;
  kind: WorkKind<ReportRow & Lease>;
  log: Logger;
}): ExposureDesk {
  const context = {
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    log,
    delayUntil: unexpected,
  };
  let last = Promise.resolve();
  const work = async (ids: string[]) => {
    // Made-up keys, however many, cost one statement.
    for (const id of await db.asSystem("look for reported keys", (tx) => dropUnknownReports(tx, ids))) {
      const report = await kind.claim({ id, accountId: "" });
      if (report) await kind.run(report, context);
    }
  };
  return {
    take: (ids) => {
      // One after the other: a scanner's report of a hundred keys must not take every connection.
      last = last
        .then(() => work(ids))
        .catch((error: unknown) => {
          log.warn({ err: error, reports: ids.length }, "exposed-key reports deferred to a worker");
        });
    },
    close: () => last,
  };
}

function unexpected(): never {
  throw new Error("a report is never delayed");
}
