import type { WorkPointer } from "../../platform/work/index.ts";

export const lanes = ["interactive", "bulk"] as const;
export type Lane = (typeof lanes)[number];

export interface GenerationQueue {
  pluginId: string;
  mode: "live" | "test";
  lane: Lane;
}

/**
 * Each plugin has queues and kinds of work of its own, one that hangs or is rate limited holds up no other; some for
 * its sandbox accounts, whose simulator has no limits; and one per lane, so that bulk never fills the places in which
 * interactive work is done.
 */
export function generationQueue({ pluginId, mode, lane }: GenerationQueue): string {
  return `generation-${pluginId}-${mode}-${lane}`;
}

export function generationQueues(pluginId: string, mode: GenerationQueue["mode"]): string[] {
  return lanes.map((lane) => generationQueue({ pluginId, mode, lane }));
}

/** All that travels through the queue: ids, never content. */
export function pointerTo(row: { id: string; account_id: string }): WorkPointer {
  return { id: row.id, accountId: row.account_id };
}
