import type { TenantTx } from "../../../platform/db/index.ts";
import {
  purgeMissed,
  lockReplay,
  makeMissing,
  moveReplay,
  revive,
  selectPastEvents,
  type Endpoint,
  type PastEvent,
  type ReplayClaim,
} from "./step-store.ts";
import type { ReplayRow } from "./store.ts";

/** Replayed deliveries that may wait for their first attempt at once: a fresh event waits for no more than these. */
const WAITING_MAX = 25;
const WAITING_MAX_IN_ORDER = 5;
/** Events looked at per step. */
const LOOKED_AT_MAX = 500;
/** Between steps: 500 deliveries per second at most. */
const STEP_MS = 50;
/** Until the next look at an endpoint that takes nothing now. */
const IDLE_MS = 5_000;

export interface Step {
  /** Deliveries that are due now. */
  replayed: number;
  /** When to go on; null: the replay is over. */
  dueAt: Date | null;
}

/**
 * One step of a replay, in one transaction: looks at the next events, puts up those that are wanted while there is room,
 * and writes down how far it came. After a crash the next step begins exactly there. Null: the lease is lost.
 */
export async function takeStep(tx: TenantTx, claim: ReplayClaim, now: Date): Promise<Step | null> {
  const endpoint = await lockReplay(tx, claim);
  if (endpoint === null) return null;
  const later = (ms: number): Date => new Date(now.getTime() + ms);
  const move = async (progress: {
    reached: string;
    replayed: number;
    dueAt: Date | null;
    status: ReplayRow["status"];
  }): Promise<Step> => {
    await moveReplay(tx, claim.id, progress, now);
    return { replayed: progress.replayed, dueAt: progress.dueAt };
  };
  const stay = { reached: claim.reached, replayed: 0 };
  if (endpoint.status === null) return move({ ...stay, dueAt: null, status: "canceled" });
  const room = roomOf(endpoint);
  if (endpoint.status !== "enabled") return move({ ...stay, dueAt: later(IDLE_MS), status: "running" });
  if (room <= 0) return move({ ...stay, dueAt: later(4 * STEP_MS), status: "running" });

  const events = await selectPastEvents(tx, claim, lowestId(claim.until), LOOKED_AT_MAX);
  const { chosen, reached } = choose(events, claim, room);
  const known = chosen.flatMap(({ delivery_id: id }) => (id === null ? [] : [id]));
  const missing = chosen.flatMap(({ id, delivery_id: delivery }) => (delivery === null ? [id] : []));
  const revived = known.length === 0 ? 0 : await revive(tx, claim.id, known, now);
  const made = missing.length === 0 ? 0 : await makeMissing(tx, claim, missing, now);
  const over = events.length < LOOKED_AT_MAX && reached === (events.at(-1)?.id ?? claim.reached);
  if (over && claim.wanted !== "failed" && claim.event_types === null) await purgeMissed(tx, claim);
  return move({
    reached,
    replayed: revived + made,
    dueAt: over ? null : later(STEP_MS),
    status: over ? "completed" : "running",
  });
}

function roomOf({ ordered, max_per_second: cap, waiting }: Endpoint): number {
  return Math.min(ordered ? WAITING_MAX_IN_ORDER : WAITING_MAX, cap ?? Infinity) - waiting;
}

/** As many of the wanted events as there is room for, and the last event that needs no second look. */
function choose(
  events: PastEvent[],
  { wanted, reached }: ReplayClaim,
  room: number,
): { chosen: PastEvent[]; reached: string } {
  const chosen: PastEvent[] = [];
  let last = reached;
  for (const event of events) {
    if (isWanted(event, wanted)) {
      if (chosen.length === room) break;
      chosen.push(event);
    }
    last = event.id;
  }
  return { chosen, reached: last };
}

/** What is pending is on its way already. */
function isWanted({ status, subscribed }: PastEvent, wanted: ReplayRow["wanted"]): boolean {
  if (status === null) return subscribed && wanted !== "failed";
  return wanted === "all" ? status === "succeeded" || status === "failed" : wanted === "failed" && status === "failed";
}

/** The smallest UUIDv7 of a moment: events from it on have greater ids. Before 1970 there are none. */
export function lowestId(moment: Date): string {
  const hex = Math.max(moment.getTime(), 0).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
