import type { SystemTx } from "../../platform/db/index.ts";
import { credentialsChannel } from "../accounts/index.ts";
import { endGrantsOfAccount } from "./end-grants.ts";
import { clientEntry } from "./token-lookup.ts";

/**
 * Ends everything that OAuth holds of an account, in the transaction that erases it: apps connected to it, and apps that it
 * registered, with all their tokens. Other accounts hear of the latter from maintenance (`client_deleted`).
 */
export async function eraseOauthOf(tx: SystemTx, accountId: string): Promise<void> {
  await endGrantsOfAccount(tx, accountId);
  const clients = await tx.query<{ id: string }>("delete from oauth_clients where account_id = $1 returning id", [accountId]);
  for (const { id } of clients) await tx.notify(credentialsChannel, clientEntry(id));
}
