import type { Database } from "../../platform/db/index.ts";
import { type ProfileRow, selectProfile } from "./store.ts";

/** The e-mail address of the owner of an account or of its live twin; null when there is no such account. */
export async function ownerAddress(db: Database, accountId: string): Promise<string | null> {
  const [row] = await db.readSystem<ProfileRow>("mail: the owner of a pair of accounts", selectProfile(accountId));
  return row?.email ?? null;
}
