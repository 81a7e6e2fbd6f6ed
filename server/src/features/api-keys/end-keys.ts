import type { SystemTx } from "../../platform/db/index.ts";
import { credentialsChannel } from "../accounts/index.ts";
import { revokeKeysOf } from "./store.ts";

/** Ends all keys of the accounts; every process hears of it with the commit. Says nothing to subscribers, whose owner may be another one now. */
export async function endKeys(tx: SystemTx, accountIds: readonly string[], at: Date): Promise<void> {
  for (const publicId of await revokeKeysOf(tx, accountIds, at)) await tx.notify(credentialsChannel, publicId);
}
