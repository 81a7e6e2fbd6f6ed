import type { WorkPointer } from "../../platform/work/index.ts";

/** Name of the slice's work kind. */
export const workKind = "generation";

/** Lower is done first. Interactive work never waits behind bulk. (GEN-20) */
const priorities = { interactive: 0, bulk: 1 } as const;

/** All that travels through the queue: ids, never content. */
export function pointerTo(row: { id: string; account_id: string; lane: "interactive" | "bulk" }): WorkPointer {
  return { id: row.id, accountId: row.account_id, priority: priorities[row.lane] };
}
