import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { WorkKind } from "../../platform/work/index.ts";
import type { EmitEvent } from "../events/index.ts";
import type { Notify } from "../notifications/index.ts";
import { rotationNotice } from "./notices.ts";
import { presentKey, statusOf } from "./present.ts";
import { claimReminder, finishReminder, type ReminderClaim, selectDueReminders } from "./reminder-store.ts";

export const rotationReminderKind = "api-key-rotation-reminder";

export interface RotationReminderDeps {
  db: Database;
  clock: Clock;
  emit: EmitEvent;
  notify: Notify;
  /** Default 30 s. */
  leaseMs?: number;
}

const AGAIN_DAYS = 30;

/** Reminds of secrets that are 90 days old, and again every 30 days; each time exactly once, whoever works. Its claim is its own: the columns are part of a key's row. */
export function rotationReminderWork({
  db,
  clock,
  emit,
  notify,
  leaseMs = 30_000,
}: RotationReminderDeps): WorkKind<ReminderClaim> {
  return {
    name: rotationReminderKind,
    queue: rotationReminderKind,
    concurrency: 2,
    leaseMs,
    due: async (limit, among) => {
      const ids = among?.map(({ id }) => id) ?? null;
      const rows = await db.asSystem("sweep API keys to be rotated", (tx) => selectDueReminders(tx, limit, ids));
      return rows.map(({ id, account_id: accountId }) => ({ id, accountId }));
    },
    claim: ({ id, accountId }) => db.withTenant(accountId, (tx) => claimReminder(tx, id, leaseMs)),
    run: (claim) =>
      db.withTenant(claim.account_id, async (tx) => {
        const row = await finishReminder(tx, claim, AGAIN_DAYS);
        // An expired key harms nobody; it is looked at again, for its end may be moved.
        if (!row || statusOf(row, clock.now()) !== "active") return;
        const key = presentKey(row, row.mode, clock.now());
        await emit(tx, { type: "api_key.rotation_due", data: key });
        await notify(tx, claim.account_id, rotationNotice(key));
      }),
  };
}
