import type { EventData, EventType } from "../../generated/events.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import { encodeId, newIdAt } from "../../platform/ids/index.ts";
import { insertEvent, insertEventAnd, type EventPayload, type FanOut, type NewEvent } from "./store.ts";

export interface EventToEmit<T extends EventType> {
  type: T;
  data: EventData[T];
  /** The request that caused it, for tracing. */
  requestId?: string | undefined;
}

/**
 * Writes an event and its deliveries in the caller's transaction, which must be the one of the change it reports:
 * both are there after a crash, or neither is. Returns the event's UUID.
 */
export type EmitEvent = <T extends EventType>(tx: TenantTx, event: EventToEmit<T>) => Promise<string>;

/** Without a fan-out nobody is told. */
export function createEmit({ clock, fanOut }: { clock: Clock; fanOut: FanOut | null }): EmitEvent {
  return async (tx, event) => {
    const { row } = newEvent(clock, event);
    if (fanOut === null) await insertEvent(tx, row);
    else fanOut.made(tx, await insertEventAnd(tx, row, fanOut.alongWith));
    return row.id;
  };
}

/** An event that goes to one chosen endpoint only; the caller makes the delivery. Nobody else ever gets it. */
export async function recordEvent<T extends EventType>(
  tx: TenantTx,
  clock: Clock,
  { webhookId, ...event }: EventToEmit<T> & { webhookId: string },
): Promise<{ row: NewEvent; payload: EventPayload }> {
  const made = newEvent(clock, event, webhookId);
  await insertEvent(tx, made.row);
  return made;
}

function newEvent<T extends EventType>(
  clock: Clock,
  { type, data, requestId }: EventToEmit<T>,
  webhookId: string | null = null,
) {
  const createdAt = clock.now();
  const id = newIdAt(createdAt);
  const payload: EventPayload = { id: encodeId("evt", id), type, timestamp: createdAt.toISOString(), data };
  const row: NewEvent = {
    id,
    type,
    payload: JSON.stringify(payload),
    requestId: requestId ?? null,
    webhookId,
    createdAt,
  };
  return { row, payload };
}
