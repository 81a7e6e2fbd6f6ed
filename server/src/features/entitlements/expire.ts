import type { Database } from "../../platform/db/index.ts";
import { reviseEntitlements, type ReviseDeps } from "./revise.ts";
import { selectExpired } from "./store.ts";

const BATCH = 100;

/**
 * Writes down what ended by itself, with its event, once. Nobody waits for it: what has ended counts no more from that very
 * moment, wherever it is asked for.
 */
export async function expireEntitlements({ db, ...deps }: ReviseDeps & { db: Database }): Promise<void> {
  for (let count = BATCH; count === BATCH;) {
    const accounts = await db.asSystem("find entitlements whose time is over", (tx) =>
      selectExpired(tx, deps.clock.now(), BATCH),
    );
    for (const accountId of accounts) {
      await db.withTenant(accountId, (tx) =>
        reviseEntitlements(deps, tx, { cause: { kind: "expiry", ids: [] }, wanted: (held) => held }),
      );
    }
    count = accounts.length;
  }
}
