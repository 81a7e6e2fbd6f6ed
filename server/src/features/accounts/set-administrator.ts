import type { SystemTx } from "../../platform/db/index.ts";
import { everyEntry } from "../../platform/cache/index.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { recordAdminAction } from "../admin/index.ts";
import { normalizeEmail } from "./email.ts";
import { updateIsAdmin } from "./admin-store.ts";
import { credentialsChannel } from "./store.ts";

/**
 * Makes the account of this address an administrator of the platform, or takes that away: effective within a second for
 * all of its sessions and keys. "unknown" when nobody has the address, "unchanged" when it was so already.
 */
export async function setAdministrator(
  tx: SystemTx,
  { email, isAdmin, at }: { email: string; isAdmin: boolean; at: Date },
): Promise<"changed" | "unchanged" | "unknown"> {
  const account = await updateIsAdmin(tx, normalizeEmail(email), isAdmin);
  if (!account) return "unknown";
  if (!account.changed) return "unchanged";
  await recordAdminAction(tx, null, {
    action: isAdmin ? "administrator.granted" : "administrator.revoked",
    targetAccountId: account.id,
    targetId: encodeId("acc", account.id),
    at,
  });
  await tx.notify(credentialsChannel, everyEntry);
  return "changed";
}
