import type { Statement, SystemTx } from "../../platform/db/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import { createLeases, type Lease, type WorkPointer } from "../../platform/work/index.ts";

export const incomingEventKind = "incoming-event";

/** The row belongs to no account; the name stands in log lines. */
export const pointerTo = (id: string): WorkPointer => ({ id, accountId: "none" });

export interface IncomingEventRow {
  id: string;
  plugin: string;
  mode: "live" | "test";
  provider_event_id: string;
  type: string | null;
  status: "pending" | "processed" | "dead";
  attempts: number;
  due_at: Date | null;
  last_error: string | null;
  request_id: string;
  occurred_at: Date;
  received_at: Date;
  finished_at: Date | null;
}

const columns =
  "id, plugin, mode, provider_event_id, type, status, attempts, due_at, last_error, request_id, occurred_at, received_at, finished_at";

type NewIncomingEvent = Pick<
  IncomingEventRow,
  "id" | "plugin" | "mode" | "provider_event_id" | "request_id" | "occurred_at" | "received_at"
> & {
  delivery: string;
};

/** False: the event is known already. Of many at once, one gets true. */
export async function insertIncomingEvent(tx: SystemTx, event: NewIncomingEvent): Promise<boolean> {
  const rows = await tx.query(
    `insert into incoming_events
       (id, plugin, mode, provider_event_id, delivery, request_id, occurred_at, received_at, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
     on conflict (plugin, mode, provider_event_id) do nothing returning id`,
    [
      event.id,
      event.plugin,
      event.mode,
      event.provider_event_id,
      event.delivery,
      event.request_id,
      event.occurred_at,
      event.received_at,
    ],
  );
  return rows.length === 1;
}

/** One event is processed by one worker at a time, what happened first first. */
export const incomingEventLeases = (clock: Clock) =>
  createLeases<ClaimedEvent>({
    table: "incoming_events",
    isTenantTable: false,
    open: "status = 'pending'",
    columns: [...columns.split(", "), "delivery"],
    order: "occurred_at, id",
    clock,
    pointerTo,
  });

type ClaimedEvent = IncomingEventRow & { delivery: string };
export type IncomingEventClaim = ClaimedEvent & Lease;

/** A dead event, due at once and as if never tried; null when it is not dead. */
export async function reviveIncomingEvent(tx: SystemTx, id: string, now: Date): Promise<IncomingEventRow | null> {
  const [row] = await tx.query<IncomingEventRow>(
    `update incoming_events set status = 'pending', attempts = 0, due_at = $2, finished_at = null, last_error = null
      where id = $1 and status = 'dead' returning ${columns}`,
    [id, now],
  );
  return row ?? null;
}

/** Its state stays as it is until the transaction ends; null: there is none. */
export async function lockIncomingEvent(tx: SystemTx, id: string): Promise<IncomingEventRow | null> {
  const [row] = await tx.query<IncomingEventRow>(
    `select ${columns} from incoming_events where id = $1 for no key update`,
    [id],
  );
  return row ?? null;
}

export const selectIncomingEvents = (page: {
  afterId: string | null;
  limit: number;
  plugin: string | null;
  status: string | null;
}): Statement => ({
  name: "incoming_events_page",
  text: `select ${columns} from incoming_events
          where ($1::uuid is null or id < $1) and ($2::text is null or plugin = $2) and ($3::text is null or status = $3)
          order by id desc limit $4`,
  values: [page.afterId, page.plugin, page.status, page.limit + 1],
});

/** Finished ones that were received before; a batch, so that no transaction becomes long. How many went. */
export async function deleteFinishedBefore(tx: SystemTx, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from incoming_events where id in
       (select id from incoming_events where received_at < $1 and status <> 'pending' order by received_at limit $2) returning id`,
    [before, limit],
  );
  return rows.length;
}
