import { createBatcher } from "../../../platform/batch/index.ts";
import { againAfterDeadlock, type Database } from "../../../platform/db/index.ts";

/** What is kept of one attempt. Members are named as the statement below reads them. */
export interface AttemptRecord {
  account_id: string;
  delivery_id: string;
  sequence: number;
  status: "succeeded" | "pending" | "failed";
  next_attempt_at: Date | null;
  started_at: Date;
  finished_at: Date;
  duration_ms: number;
  status_code: number | null;
  error: string | null;
  request_headers: Record<string, string>;
  response_headers: Record<string, string> | null;
  /** base64 */
  response_body: string | null;
}

export interface ResultWriter {
  /** Resolves when the record is durable, together with the others of its batch. */
  write(record: AttemptRecord): Promise<void>;
}

/** How long the first record of a batch waits for others. */
const WAIT_MS = 5;
const BATCH_MAX = 500;

/**
 * Writes results of all endpoints of this process in batches: while one batch is on its way the next one gathers. A
 * result of a drain that lost its endpoint meanwhile is written too: the attempt was made, and its number is counted
 * on the row; so a batch can hold two results of one delivery, of which a success counts. A delivery that became final
 * meanwhile stays as it is.
 */
export function createResultWriter(db: Database): ResultWriter {
  const batcher = createBatcher<AttemptRecord>({
    run: (records) => againAfterDeadlock(() => save(db, records)),
    waitMs: WAIT_MS,
    sizeMax: BATCH_MAX,
  });
  return { write: (record) => batcher.add(record) };
}

/**
 * Deliveries of many endpoints are locked in the order in which they come, and their owners' requests lock some of them in
 * another, so `save` may meet a deadlock.
 */
async function save(db: Database, records: AttemptRecord[]): Promise<void> {
  await db.writeSystem("write results of webhook attempts", {
    name: "webhook_attempts_write",
    text: `
      with result as materialized (
         select *, row_number() over same as nth, count(*) over (partition by account_id, delivery_id) as many
           from json_to_recordset($1) as r(
           account_id uuid, delivery_id uuid, sequence bigint, status text, next_attempt_at timestamptz, started_at timestamptz,
           finished_at timestamptz, duration_ms int, status_code int, error text, request_headers json,
           response_headers json, response_body text)
         window same as (partition by account_id, delivery_id order by status = 'succeeded', finished_at)
       ), delivery as (
         update webhook_deliveries d
            set attempts_count = d.attempts_count + r.many, last_status_code = r.status_code, last_error = r.error,
                sequence = coalesce(d.sequence, r.sequence),
                status = case when d.status = 'pending' then r.status else d.status end,
                next_attempt_at = case when d.status = 'pending' then r.next_attempt_at end,
                finished_at = case when d.status <> 'pending' then d.finished_at
                                   when r.status <> 'pending' then r.finished_at end
           from result r
          where d.account_id = r.account_id and d.id = r.delivery_id and r.nth = r.many
         returning d.id, d.attempts_count
       )
       insert into webhook_attempts (account_id, delivery_id, number, started_at, duration_ms, status_code, error,
                                     request_headers, response_headers, response_body)
       select r.account_id, r.delivery_id, delivery.attempts_count - r.many + r.nth, r.started_at, r.duration_ms, r.status_code, r.error,
              r.request_headers, r.response_headers, decode(r.response_body, 'base64')
         from result r join delivery on delivery.id = r.delivery_id`,
    values: [JSON.stringify(records)],
  });
}
