import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { disableWebhooksOfApp } from "../webhooks/index.ts";
import { endOrphanedGrants } from "./end-grants.ts";
import { deleteExpiredGrants } from "./grant-store.ts";
import { MINUTE_MS } from "../../platform/time/index.ts";

/** Past the time in which a repeated refresh gets its answer again; see `authorization-server/refresh-answer.ts`. */
const ANSWERS_KEPT_MS = 10 * MINUTE_MS;

/** Deletes what has expired, and ends grants whose client is gone if a process died in the middle of that. */
export async function forgetExpiredOauth({
  db,
  clock,
  emit,
}: {
  db: Database;
  clock: Clock;
  emit: EmitEvent;
}): Promise<void> {
  const now = clock.now();
  await db.asSystem("delete expired OAuth rows of all tenants", async (tx) => {
    await tx.query("delete from oauth_tokens where expires_at < $1", [now]);
    await tx.query("update oauth_tokens set answer = null where answer is not null and consumed_at < $1", [
      new Date(now.getTime() - ANSWERS_KEPT_MS),
    ]);
    for (const { account_id: accountId, client_id: clientId } of await deleteExpiredGrants(tx, now)) {
      await disableWebhooksOfApp({ clock, emit }, tx.asAccount(accountId), clientId);
    }
    await tx.query("delete from oauth_browser_states where expires_at < $1", [now]);
  });
  await endOrphanedGrants({ db, clock, emit });
}
