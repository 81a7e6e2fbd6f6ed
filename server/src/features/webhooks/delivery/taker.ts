import type { Database, Statement } from "../../../platform/db/index.ts";
import type { EndpointClaim, NumberedDelivery } from "./claim.ts";

export interface DuePage {
  now: Date;
  /** Goes on behind this delivery; null starts from the one that waited longest. */
  after: { nextAttemptAt: Date; eventId: string } | null;
  /** Deliveries in this drain's hands already. */
  except: string[];
  limit: number;
}

export interface Taker {
  /**
   * Due deliveries of a held endpoint, the longest waiting first, all with numbers. Null: it is held no longer, because
   * its lease ran out or it was changed, paused or deleted. `patient`: with the next look of all drains that wait for
   * more, 20 ms from now unless the database is busy.
   */
  take(claim: EndpointClaim, page: DuePage, patient: boolean): Promise<NumberedDelivery[] | null>;
}

/** How often drains with nothing to send look again, all at once; less often when looking takes long. */
const LOOK_MS = 20;
/** Looking takes at most this share of the time, so that a busy database is asked seldom and for much. */
const LOOKING_SHARE_MAX = 0.2;
const LOOK_MAX_MS = 200;
/** Endpoints looked at by one statement. */
const TOGETHER_MAX = 100;

interface Waiting {
  claim: EndpointClaim;
  page: DuePage;
  resolve: (taken: NumberedDelivery[] | null) => void;
  reject: (reason: unknown) => void;
}

/** For each endpoint that is held: what it was given to number with, and then its deliveries in their order. */
type TakenRow =
  | { nth: number; id: null; first: number | null }
  | ({ nth: number; first: null } & Omit<NumberedDelivery, "sequence"> & { sequence: number | null });

/** Takes up deliveries for all drains of this process: what they ask for at about the same time is one statement. */
export function createTaker(db: Database): Taker {
  let waiting: Waiting[] = [];
  let soon: NodeJS.Immediate | null = null;
  let later: NodeJS.Timeout | null = null;
  let tookMs = 0;

  const look = (): void => {
    if (soon !== null) clearImmediate(soon);
    if (later !== null) clearTimeout(later);
    soon = later = null;
    const all = waiting;
    waiting = [];
    for (let first = 0; first < all.length; first += TOGETHER_MAX) void lookFor(all.slice(first, first + TOGETHER_MAX));
  };
  const lookFor = async (requests: Waiting[]): Promise<void> => {
    const startedAt = performance.now();
    await takeTogether(db, requests);
    tookMs = performance.now() - startedAt;
  };

  return {
    take: (claim, page, patient) =>
      new Promise((resolve, reject) => {
        waiting.push({ claim, page, resolve, reject });
        if (patient) later ??= setTimeout(look, Math.max(LOOK_MS, Math.min(tookMs / LOOKING_SHARE_MAX, LOOK_MAX_MS)));
        else soon ??= setImmediate(look);
      }),
  };
}

/** Never rejects: each drain is told how its own request went. */
async function takeTogether(db: Database, requests: Waiting[]): Promise<void> {
  let rows: TakenRow[];
  try {
    rows = await db.writeSystem<TakenRow>("take up due webhook deliveries", takeStatement(requests));
  } catch (error) {
    for (const { reject } of requests) reject(error);
    return;
  }
  const byRequest = Map.groupBy(rows, ({ nth }) => nth);
  for (const [nth, { resolve }] of requests.entries()) {
    const found = byRequest.get(nth);
    resolve(found === undefined ? null : numbered(found));
  }
}

/** The statement's numbering, repeated: those without a number get the reserved ones in turn. */
function numbered(rows: TakenRow[]): NumberedDelivery[] {
  let next: number | null = null;
  const taken: NumberedDelivery[] = [];
  for (const row of rows) {
    if (row.id === null) {
      next = row.first;
      continue;
    }
    const sequence: number | null = row.sequence ?? next;
    if (sequence === null) continue;
    if (row.sequence === null) next = sequence + 1;
    const { id, eventId, attempts, nextAttemptAt, requestId, payload } = row;
    taken.push({ id, sequence, eventId, attempts, nextAttemptAt, requestId, payload });
  }
  return taken;
}

/**
 * Reads, and gives numbers to those that have none. The counter and one row that says which deliveries have which numbers
 * are durable before anything is sent. A row of an endpoint that somebody else is just changing is not waited for, since
 * all other endpoints would wait with it: its new deliveries are taken up by the next look.
 */
const takeStatement = (requests: Waiting[]): Statement => ({
  name: "webhook_deliveries_take",
  text: `
    with asked as (
      select r.* from json_to_recordset($1) as r(
        nth int, account_id uuid, webhook_id uuid, lease_token uuid, now timestamptz, after_at timestamptz, after_event uuid,
        held_ids uuid[], most int)
    ), held as (
      select asked.* from asked
        join webhooks w on w.account_id = asked.account_id and w.id = asked.webhook_id and w.lease_token = asked.lease_token
    ), due as materialized (
      select held.nth, held.account_id, held.webhook_id, held.lease_token, d.id, d.sequence, d.event_id, d.attempts, d.next_attempt_at,
             e.request_id, e.payload::text as payload
        from held cross join lateral (
               select id, sequence, event_id, attempts_count - retries_from as attempts, next_attempt_at
                 from webhook_deliveries
                where account_id = held.account_id and webhook_id = held.webhook_id and status = 'pending' and next_attempt_at <= held.now
                  and (held.after_at is null or (next_attempt_at, event_id) > (held.after_at, held.after_event))
                  and id <> all (held.held_ids)
                order by next_attempt_at, event_id limit held.most) d
        join events e on e.account_id = held.account_id and e.id = d.event_id
    ), fresh as (
      select nth, account_id, webhook_id, lease_token, count(*) as many, array_agg(id order by next_attempt_at, event_id) as ids
        from due where sequence is null group by nth, account_id, webhook_id, lease_token
    ), free as (
      select w.account_id, w.id from fresh join webhooks w on w.account_id = fresh.account_id and w.id = fresh.webhook_id
         for no key update of w skip locked
    ), counted as (
      update webhooks w set last_sequence = w.last_sequence + fresh.many
        from fresh join free on free.account_id = fresh.account_id and free.id = fresh.webhook_id
       where w.account_id = fresh.account_id and w.id = fresh.webhook_id and w.lease_token = fresh.lease_token
      returning fresh.nth, w.account_id, w.id, w.last_sequence - fresh.many + 1 as first, fresh.ids
    ), kept as (
      insert into webhook_numberings (account_id, webhook_id, first, delivery_ids) select account_id, id, first, ids from counted
    )
    select nth, counted.first::float8 as first, null as id, null as sequence, null as "eventId", null as attempts,
           null as "nextAttemptAt", null as "requestId", null as payload
      from held left join counted using (nth)
     union all
    select nth, null, id, sequence::float8, event_id, attempts, next_attempt_at, request_id, payload from due
     order by nth, "nextAttemptAt" nulls first, "eventId"`,
  values: [
    JSON.stringify(
      requests.map(({ claim, page }, nth) => ({
        nth,
        account_id: claim.accountId,
        webhook_id: claim.id,
        lease_token: claim.leaseToken,
        now: page.now,
        after_at: page.after?.nextAttemptAt ?? null,
        after_event: page.after?.eventId ?? null,
        held_ids: page.except,
        most: page.limit,
      })),
    ),
  ],
});
