import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { deleteEndedSessions } from "./session-store.ts";
import { deleteExpiredTokens } from "./token-store.ts";
import { DAY_MS } from "../../platform/time/index.ts";

/** A session that ended is kept for a day: it still names its user in an investigation. */
const ENDED_KEPT_MS = DAY_MS;

/** Sessions that ended or expired, and links that nobody opened in time. */
export async function forgetCredentials({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  const now = clock.now();
  await db.asSystem("delete ended sessions and expired links", async (tx) => {
    await deleteEndedSessions(tx, new Date(now.getTime() - ENDED_KEPT_MS));
    await deleteExpiredTokens(tx, now);
  });
}
