import type { SystemTx } from "../../platform/db/index.ts";
import { usersOf } from "../accounts/index.ts";
import { credentialsChannel } from "../accounts/index.ts";
import { deleteBrowserStatesOf } from "./authorization-server/browser-state-store.ts";
import { newClientSecret } from "./client-secret.ts";
import { replaceSecretsOf } from "./client-store.ts";
import { endGrantsOfAccount } from "./end-grants.ts";
import { clientEntry } from "./token-lookup.ts";

/**
 * Ends everything that OAuth holds of accounts, in the transaction that erases them: apps connected to them, and apps that they
 * registered, with all their tokens, and what browsers of their people were signed in with. Other accounts hear of the latter from maintenance (`client_deleted`).
 */
export async function endOauth(tx: SystemTx, accountIds: readonly string[]): Promise<void> {
  for (const accountId of accountIds) await endGrantsOfAccount(tx, accountId);
  await deleteBrowserStatesOf(tx, await usersOf(tx, accountIds));
  const clients = await tx.query<{ id: string }>("delete from oauth_clients where account_id = any($1) returning id", [
    accountIds,
  ]);
  for (const { id } of clients) await tx.notify(credentialsChannel, clientEntry(id));
}

/**
 * Ends what apps may do in these accounts, and the secrets of apps that they registered, of which somebody else may know.
 * The apps stay, with the people who connected them.
 */
export async function endApps(tx: SystemTx, accountIds: readonly string[], at: Date): Promise<void> {
  for (const accountId of accountIds) await endGrantsOfAccount(tx, accountId);
  await replaceSecretsOf(tx, accountIds, newClientSecret().secretHash, at);
}
