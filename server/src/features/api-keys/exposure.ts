import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { defineLeasedWork, type Lease, type WorkKind } from "../../platform/work/index.ts";
import type { EmitEvent } from "../events/index.ts";
import type { Notify } from "../notifications/index.ts";
import { exposureNotice } from "./notices.ts";
import { presentKey, statusOf } from "./present.ts";
import { type ReportedKey, reportLeases, type ReportRow, selectReportedKey } from "./report-store.ts";
import { endPreviousSecret, forgetKey, lockKeys, revokeKey } from "./store.ts";

/** Also the name of its queue, as with every kind. */
export const exposureKind = "api-key-exposure";

export interface ExposureDeps {
  db: Database;
  clock: Clock;
  emit: EmitEvent;
  notify: Notify;
  /** Default 30 s. */
  leaseMs?: number;
}

/**
 * Ends keys that were reported. The API itself does it right after its answer; a worker does what the API could
 * not finish. The work may be done twice: only the first time changes something and tells the owner.
 */
export function exposureWork({ leaseMs = 30_000, ...deps }: ExposureDeps): WorkKind<ReportRow & Lease> {
  const { db } = deps;
  return defineLeasedWork({
    name: exposureKind,
    db,
    leases: reportLeases,
    concurrency: 4,
    leaseMs,
    run: async (report) => {
      const key = await db.asSystem("a reported key names its tenant", (tx) => selectReportedKey(tx, report.public_id));
      if (key && proves(report, key)) await end(deps, key, report);
      await db.asSystem("forget a report of an exposed key", (tx) => reportLeases.remove(tx, report));
    },
  });
}

/** Public ids can be guessed by who saw one; only who has the whole key ends it. */
function proves({ hashes }: ReportRow, key: ReportedKey): boolean {
  const given = Buffer.from(hashes[key.pepper_version] ?? "", "hex");
  return given.length === key.hash.length && timingSafeEqual(given, key.hash);
}

async function end(
  { db, clock, emit, notify }: Omit<ExposureDeps, "leaseMs">,
  { account_id: accountId, id, mode, is_current: isCurrent }: ReportedKey,
  report: ReportRow,
): Promise<void> {
  await db.withTenant(accountId, async (tx) => {
    const [row] = await lockKeys(tx, [id]);
    const now = clock.now();
    // An expired key is revoked as well: its end could be moved, and it would work again where everybody reads it.
    if (!row || statusOf(row, now) === "revoked") return;
    if (!isCurrent && (row.previous_expires_at === null || row.previous_expires_at <= now)) return;
    const ended = isCurrent ? await revokeKey(tx, id, now) : await endPreviousSecret(tx, id, now);
    await forgetKey(tx, row);
    const data = {
      object: "api_key_exposure" as const,
      api_key: presentKey(ended, mode, now),
      secret: isCurrent ? ("current" as const) : ("previous" as const),
      url: report.url,
      reported_at: report.reported_at.toISOString(),
    };
    await emit(tx, { type: "api_key.exposed", data });
    await notify(tx, accountId, exposureNotice(data));
  });
}
