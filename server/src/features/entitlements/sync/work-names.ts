import type { WorkPointer } from "../../../platform/work/index.ts";
import type { SyncRow } from "./store.ts";

export const billingSyncKind = "billing-sync";

/** The row belongs to no account. Comparisons let everything go first that really happened. */
export const pointerTo = ({ id, cause }: Pick<SyncRow, "id" | "cause">): WorkPointer => ({
  id,
  accountId: "none",
  priority: cause === "reconciliation" ? 1 : 0,
});
