import type { Statement, SystemTx } from "../../platform/db/index.ts";
import type { WorkPointer } from "../../platform/work/index.ts";
import { pointerTo } from "./work-names.ts";

export interface IncomingEventRow {
  id: string;
  plugin: string;
  mode: "live" | "test";
  provider_event_id: string;
  type: string | null;
  status: "pending" | "processed" | "dead";
  attempts: number;
  next_attempt_at: Date | null;
  last_error: string | null;
  request_id: string;
  occurred_at: Date;
  received_at: Date;
  finished_at: Date | null;
}

const columns =
  "id, plugin, mode, provider_event_id, type, status, attempts, next_attempt_at, last_error, request_id, occurred_at, received_at, finished_at";

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
       (id, plugin, mode, provider_event_id, delivery, request_id, occurred_at, received_at, next_attempt_at)
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

/** By the database's clock: a worker whose own is ahead would take what others are working on. */
const notLeased = "(lease_until is null or lease_until <= now())";
const leaseFor = (msParameter: string) => `now() + make_interval(secs => ${msParameter}::float8 / 1000)`;

/** Due and not leased, what happened first first; with `among` only those of them. */
export async function selectDue(
  tx: SystemTx,
  now: Date,
  limit: number,
  among: string[] | null,
): Promise<WorkPointer[]> {
  const rows = await tx.query<{ id: string }>(
    `select id from incoming_events
      where status = 'pending' and next_attempt_at <= $1 and ${notLeased}
        and ($3::uuid[] is null or id = any($3))
      order by occurred_at, id limit $2`,
    [now, limit, among],
  );
  return rows.map(({ id }) => pointerTo(id));
}

export interface IncomingEventClaim extends IncomingEventRow {
  delivery: string;
  lease_token: string;
}

/** Null: somebody else has it, it is not due, or it is finished. A claim is a try, even when its worker dies. */
export async function claimIncomingEvent(
  tx: SystemTx,
  { id, leaseToken, now, leaseMs }: { id: string; leaseToken: string; now: Date; leaseMs: number },
): Promise<IncomingEventClaim | null> {
  const [row] = await tx.query<IncomingEventClaim>(
    `update incoming_events set lease_token = $2, lease_until = ${leaseFor("$4")}, attempts = attempts + 1
      where id = $1 and status = 'pending' and next_attempt_at <= $3 and ${notLeased}
      returning ${columns}, delivery, lease_token`,
    [id, leaseToken, now, leaseMs],
  );
  return row ?? null;
}

type Held = Pick<IncomingEventClaim, "id" | "lease_token">;

export async function renewIncomingEvent(
  tx: SystemTx,
  { id, lease_token: token }: Held,
  leaseMs: number,
): Promise<boolean> {
  const rows = await tx.query(
    `update incoming_events set lease_until = ${leaseFor("$3")} where id = $1 and lease_token = $2 returning id`,
    [id, token, leaseMs],
  );
  return rows.length === 1;
}

/** False: the lease is lost, and with it the right to have any effect. */
export async function finishIncomingEvent(
  tx: SystemTx,
  { id, lease_token: token }: Held,
  type: string | null,
  at: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `update incoming_events
        set status = 'processed', type = $3, finished_at = $4, next_attempt_at = null, last_error = null, lease_token = null, lease_until = null
      where id = $1 and lease_token = $2 returning id`,
    [id, token, type, at],
  );
  return rows.length === 1;
}

/** `nextAttemptAt` null: given up. */
export async function failIncomingEvent(
  tx: SystemTx,
  { id, lease_token: token }: Held,
  { error, nextAttemptAt, at }: { error: string; nextAttemptAt: Date | null; at: Date },
): Promise<void> {
  await tx.query(
    `update incoming_events
        set status = case when $4::timestamptz is null then 'dead' else 'pending' end, last_error = $3, next_attempt_at = $4,
            finished_at = case when $4::timestamptz is null then $5::timestamptz end, lease_token = null, lease_until = null
      where id = $1 and lease_token = $2`,
    [id, token, error, nextAttemptAt, at],
  );
}

/** A dead event, due at once and as if never tried; null when it is not dead. */
export async function reviveIncomingEvent(tx: SystemTx, id: string, now: Date): Promise<IncomingEventRow | null> {
  const [row] = await tx.query<IncomingEventRow>(
    `update incoming_events set status = 'pending', attempts = 0, next_attempt_at = $2, finished_at = null, last_error = null
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
