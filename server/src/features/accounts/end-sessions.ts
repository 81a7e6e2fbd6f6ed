import type { SystemTx } from "../../platform/db/index.ts";
import { endSessionsOf, type Person } from "./session-store.ts";
import { credentialsChannel } from "./store.ts";
import { countSignOut, deleteUserRow } from "./user-store.ts";

/**
 * Signs a person out everywhere, but in the session `except`; every process hears of it with the commit. Browsers that are
 * signed in at the consent pages of apps are signed out, too.
 */
export async function endSessions(
  tx: SystemTx,
  person: Person,
  options: { except?: string | null; at: Date },
): Promise<void> {
  await countSignOut(tx, person);
  const hashes = await endSessionsOf(tx, person, { except: options.except ?? null, at: options.at });
  for (const hash of hashes) await tx.notify(credentialsChannel, hash.toString("hex"));
}

/** Ends a person's sessions and forgets who they were: their address is free at once. */
export async function deleteUser(tx: SystemTx, person: Person, at: Date): Promise<void> {
  await endSessions(tx, person, { at });
  await deleteUserRow(tx, person);
}
