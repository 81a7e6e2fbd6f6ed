import type { Database } from "../../platform/db/index.ts";
import { keepSumsOnly } from "./erase-store.ts";

/** Takes the account out of the ledger: its entries go, their sums stay without it. May be repeated. */
export async function eraseCosts(db: Database, accountId: string): Promise<void> {
  await db.asSystem("erase an account: its costs, but for their sums", (tx) => keepSumsOnly(tx, accountId));
}
