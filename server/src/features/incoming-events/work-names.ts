import type { WorkPointer } from "../../platform/work/index.ts";

export const incomingEventKind = "incoming-event";

/** The row belongs to no account; the name stands in log lines. */
export const pointerTo = (id: string): WorkPointer => ({ id, accountId: "none" });
