import type { Clock } from "../../platform/clock/index.ts";
import type { Database, SystemTx, TenantTx } from "../../platform/db/index.ts";
import type { components } from "../../generated/openapi.types.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { credentialsChannel } from "../accounts/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { disableWebhooksOfApp } from "../webhooks/index.ts";
import { deleteGrant, deleteGrantsOfAccount, deleteOrphanedGrants, type EndedGrant } from "./grant-store.ts";
import { grantEntry } from "./token-lookup.ts";

type Reason = components["schemas"]["RevokedAppReason"];

export interface EndDeps {
  clock: Clock;
  emit: EmitEvent;
}

/** Grants ended in one transaction, so that no transaction grows with the number of people who connected an app. */
const BATCH = 100;

/** Ends one grant: its tokens go, every process forgets them with the commit, webhooks that it set are disabled, and the account hears of it. False when it was gone. */
export async function endGrant(
  deps: EndDeps,
  tx: TenantTx,
  grantId: string,
  why: { reason: Reason; requestId?: string | undefined },
): Promise<boolean> {
  const [grant] = await deleteGrant(tx, tx.accountId, grantId);
  if (!grant) return false;
  await announce(deps, tx, grant, why);
  return true;
}

/** Ends what apps may do in this account, without a word to it: for an account that is being deleted. */
export async function endGrantsOfAccount(tx: TenantTx | SystemTx, accountId: string): Promise<void> {
  for (const { id } of await deleteGrantsOfAccount(tx, accountId)) await tx.notify(credentialsChannel, grantEntry(id));
}

/** Clears away the grants of clients that were deleted; without `clientId` of all of them. */
export async function endOrphanedGrants(
  { db, ...deps }: EndDeps & { db: Database },
  { clientId = null, requestId }: { clientId?: string | null; requestId?: string } = {},
): Promise<void> {
  for (let count = BATCH; count === BATCH;) {
    count = await db.asSystem("end the grants of a deleted OAuth client, which lie in many accounts", async (tx) => {
      const grants = await deleteOrphanedGrants(tx, clientId, BATCH);
      for (const grant of grants)
        await announce(deps, tx.asAccount(grant.account_id), grant, { reason: "client_deleted", requestId });
      return grants.length;
    });
  }
}

async function announce(
  deps: EndDeps,
  tx: TenantTx,
  { id, client_id: clientId }: EndedGrant,
  { reason, requestId }: { reason: Reason; requestId?: string | undefined },
): Promise<void> {
  const data = {
    object: "connected_app" as const,
    id: encodeId("con", id),
    client_id: encodeId("app", clientId),
    reason,
    deleted: true as const,
  };
  await deps.emit(tx, { type: "app.authorization_revoked", data, requestId });
  await disableWebhooksOfApp(deps, tx, clientId);
  await tx.notify(credentialsChannel, grantEntry(id));
}
