import type { WorkPointer } from "../../platform/work/index.ts";

/**
 * Each plugin has a queue and a kind of work of its own, one that hangs or is rate limited holds up no other (PLG-03); and
 * one for its sandbox accounts, whose simulator has no limits.
 */
export function generationQueue(pluginId: string, mode: "live" | "test"): string {
  return `generation-${pluginId}-${mode}`;
}

/** Lower is done first. Interactive work never waits behind bulk. (GEN-20) */
const priorities = { interactive: 0, bulk: 1 } as const;

/** All that travels through the queue: ids, never content. */
export function pointerTo(row: { id: string; account_id: string; lane: "interactive" | "bulk" }): WorkPointer {
  return { id: row.id, accountId: row.account_id, priority: priorities[row.lane] };
}
