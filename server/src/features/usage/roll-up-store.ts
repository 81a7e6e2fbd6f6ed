import type { SystemTx } from "../../platform/db/index.ts";
import { isAccount } from "../accounts/index.ts";
import { nobody } from "./batch.ts";
import type { Span } from "./rolled.ts";

/** What rollups keep apart. */
const kind = "mode, credential, key_id, client_id, operation, method, status, problem, deprecated";

/** Starts of hours or days before `end` that are not rolled up though they could be; a day needs all of its hours. */
export async function selectRollable(tx: SystemTx, span: Span, end: Date): Promise<Date[]> {
  const step = span === "hour" ? "1 hour" : "24 hours";
  const ready =
    span === "hour"
      ? "true"
      : "(select count(*) from usage_rolled h where h.span = 'hour' and h.starts_at >= start and h.starts_at < start + interval '24 hours') = 24";
  const rows = await tx.query<{ start: Date }>(
    `select start from generate_series(app.first_usage_day(), $2::timestamptz - interval '${step}', interval '${step}') start
      where not exists (select from usage_rolled r where r.span = $1 and r.starts_at = start) and ${ready} order by start`,
    [span, end],
  );
  return rows.map(({ start }) => start);
}

export async function isRolled(tx: SystemTx, span: Span, start: Date): Promise<boolean> {
  return (await tx.query("select from usage_rolled where span = $1 and starts_at = $2", [span, start])).length > 0;
}

/** What an hour is made of: rows of requests. Their histograms are counted from each latency. */
const fromRequests = `
  select account_id, ${kind}, requests::bigint, case when replayed then requests else 0 end as replayed, bytes_in, bytes_out, last_at,
         latencies_us, null::bigint[] as latency_buckets
    from usage_requests where minute >= $1 and minute < $2`;

/** What a day is made of: rollups of its hours. */
const fromHours = `
  select account_id, ${kind}, requests, replayed, bytes_in, bytes_out, last_at, null::int[] as latencies_us, latency_buckets
    from usage_rollups where span = 'hour' and starts_at >= $1 and starts_at < $2`;

/** Makes the rollups of a time anew from what they sum up, and marks it as rolled up. Accounts that are gone stay gone. */
export async function replaceRollups(tx: SystemTx, span: Span, start: Date, end: Date): Promise<void> {
  await tx.query("delete from usage_rollups where span = $1 and starts_at = $2", [span, start]);
  await tx.query(
    `with parts as materialized (
       select p.*, row(${kind})::text as k from (${span === "hour" ? fromRequests : fromHours}) p
        where account_id = '${nobody}' or ${isAccount("p.account_id")}
     ), counts as (
       select account_id, k, bucket, sum(n)::bigint as n from (
         select account_id, k, app.latency_bucket(us) as bucket, 1::bigint as n from parts, unnest(latencies_us) us
         union all
         select account_id, k, b.position::int - 1, b.n from parts, unnest(latency_buckets) with ordinality b(n, position)
       ) c group by account_id, k, bucket
     ), histograms as (
       select f.account_id, f.k, array_agg(coalesce(c.n, 0) order by f.bucket) as latency_buckets
         from (select account_id, k, generate_series(0, max(bucket)) as bucket from counts group by account_id, k) f
         left join counts c using (account_id, k, bucket) group by f.account_id, f.k
     ), sums as (
       select account_id, k, ${kind}, sum(requests) as requests, sum(replayed) as replayed, sum(bytes_in) as bytes_in,
              sum(bytes_out) as bytes_out, max(last_at) as last_at
         from parts group by account_id, k, ${kind}
     )
     insert into usage_rollups (account_id, starts_at, span, n, ${kind}, requests, replayed, bytes_in, bytes_out, last_at, latency_buckets)
     select account_id, $1, $3, row_number() over (partition by account_id order by k), ${kind}, requests, replayed, bytes_in, bytes_out,
            last_at, latency_buckets
       from sums join histograms using (account_id, k)`,
    [start, end, span],
  );
  await tx.query("insert into usage_rolled (span, starts_at) values ($1, $2)", [span, start]);
}
