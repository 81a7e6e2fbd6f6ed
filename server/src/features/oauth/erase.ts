import type { SystemTx } from "../../platform/db/index.ts";
import { credentialsChannel } from "../accounts/index.ts";
import { endGrantsOfAccount } from "./end-grants.ts";
import { clientEntry } from "./token-lookup.ts";

/**
 * Ends everything that OAuth holds of accounts, in the transaction that erases them: apps connected to them, and apps that they
 * registered, with all their tokens. Other accounts hear of the latter from maintenance (`client_deleted`).
 */
export async function endOauth(tx: SystemTx, accountIds: readonly string[]): Promise<void> {
  for (const accountId of accountIds) await endGrantsOfAccount(tx, accountId);
  const clients = await tx.query<{ id: string }>("delete from oauth_clients where account_id = any($1) returning id", [accountIds]);
  for (const { id } of clients) await tx.notify(credentialsChannel, clientEntry(id));
}
