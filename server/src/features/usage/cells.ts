import type { Statement } from "../../platform/db/index.ts";
import { DAYS_KEPT } from "./maintenance.ts";
import { DAY_MS } from "../../platform/time/index.ts";

/** What figures can be kept apart by: name in the API → SQL over a fact. */
const groupings = {
  none: "''",
  account: "account_id::text",
  api_key: "coalesce(key_id::text, '')",
  client: "coalesce(client_id, '')",
  credential: "coalesce(credential, '')",
  error: "coalesce(problem, '')",
  method: "method",
  mode: "coalesce(mode, '')",
  operation: "coalesce(operation, '')",
  status: "status::text",
  minute: "to_char(date_trunc('minute', at, 'UTC') at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI')",
  hour: "to_char(date_trunc('hour', at, 'UTC') at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:00')",
  day: "to_char(date_trunc('day', at, 'UTC') at time zone 'UTC', 'YYYY-MM-DD\"T\"00:00')",
} as const;

export type Grouping = keyof typeof groupings;

/** Whose requests, and which. Null: all. */
export interface UsageFilter {
  accountId: string | null;
  mode: "live" | "test" | null;
  operation: string | null;
  keyId: string | null;
}

export interface UsageRange {
  since: Date;
  until: Date;
}

/**
 * A part of the answer: how many requests of one group had one outcome (`bucket` null), or how many had a latency of one
 * bucket (`status` null).
 */
export interface CellRow {
  /** Null: all groups together that are not shown by themselves. */
  label: string | null;
  /** How many groups there are, where not all have cells of their own: the greatest one tells. */
  groups: number;
  status: number | null;
  problem: string | null;
  bucket: number | null;
  requests: number;
  replayed: number;
  bytes_in: number;
  bytes_out: number;
}

/** Sums of one group. Rollups serve hours and days that lie within; minutes are only known one by one. */
const spansFor = (by: Grouping): string => (by === "minute" ? "none" : by === "hour" ? "hour" : "both");

/**
 * What the sums are made of, in one snapshot: rollups where a whole day or hour is rolled up, and for all the rest the
 * requests themselves, so that nothing is missing and nothing counts twice.
 */
function facts(spans: string): string {
  const days = spans === "both" ? "app.usage_rolled('day', $1, $2)" : "app.usage_rolled('day', $2, $1)";
  const hours = spans === "none" ? "app.usage_rolled('hour', $2, $1)" : "app.usage_rolled('hour', $1, $2)";
  const columns = "account_id, mode, credential, key_id, client_id, operation, method, status, problem, deprecated";
  const wanted = `($4::uuid is null or u.account_id = $4) and ($5::text is null or u.mode = $5)
                  and ($6::text is null or u.operation = $6) and ($7::uuid is null or u.key_id = $7)`;
  return `
    days as materialized (select d as starts_at from ${days} d),
    hours as materialized (
      select h as starts_at from ${hours} h where not exists (select from days where starts_at = date_trunc('day', h, 'UTC'))),
    gaps as materialized (
      select greatest(h, $1) as starts_at, least(h + interval '1 hour', $2) as ends_at
        from generate_series(date_trunc('hour', greatest($1::timestamptz, $3), 'UTC'), $2, interval '1 hour') h
       where h < $2 and not exists (select from hours where starts_at = h)
         and not exists (select from days where starts_at = date_trunc('day', h, 'UTC'))),
    rolled as (select 'day' as span, starts_at from days union all select 'hour', starts_at from hours),
    facts as materialized (
      select ${columns}, u.starts_at as at, u.requests, u.replayed, u.bytes_in, u.bytes_out, u.last_at,
             u.latency_buckets, null::int[] as latencies_us
        from rolled join usage_rollups u using (span, starts_at) where ${wanted}
      union all
      select ${columns}, u.minute, u.requests, case when u.replayed then u.requests else 0 end, u.bytes_in, u.bytes_out, u.last_at,
             null, u.latencies_us
        from gaps join usage_requests u on u.minute >= gaps.starts_at and u.minute < gaps.ends_at where ${wanted})`;
}

function valuesOf(
  { accountId, mode, operation, keyId }: UsageFilter,
  { since, until }: UsageRange,
  now: Date,
): unknown[] {
  // Requests older than any partition: nothing is looked for there one by one.
  const oldest = new Date(now.getTime() - (DAYS_KEPT + 2) * DAY_MS);
  return [since, until, oldest, accountId, mode, operation, keyId];
}

/**
 * Everything that answers about a time and its groups are folded from. With `groupsMax` only so many groups, those with the
 * most requests, have cells of their own: a process folds what it is sent in one go, and accounts are without number.
 */
export const selectCells = (
  by: Grouping,
  filter: UsageFilter,
  range: UsageRange,
  now: Date,
  groupsMax: number | null = null,
): Statement => ({
  name: `usage_cells_by_${by}${groupsMax === null ? "" : `_${groupsMax}`}`,
  text: `with ${facts(spansFor(by))},
    ${groupsMax === null ? everyGroup(groupings[by]) : firstGroups(groupings[by], groupsMax)}
    select label, max(groups)::int as groups, status, problem, null::int as bucket, sum(requests)::bigint as requests,
           sum(replayed)::bigint as replayed, sum(bytes_in)::bigint as bytes_in, sum(bytes_out)::bigint as bytes_out
      from labelled group by label, status, problem
    union all
    select label, 0, null, null, bucket, sum(n)::bigint, 0, 0, 0 from (
      select label, app.latency_bucket(us) as bucket, 1::bigint as n from labelled, unnest(latencies_us) us
      union all
      select label, b.position::int - 1, b.n from labelled, unnest(latency_buckets) with ordinality b(n, position) where b.n > 0
    ) histogram group by label, bucket`,
  values: valuesOf(filter, range, now),
});

const everyGroup = (label: string): string =>
  `labelled as materialized (select ${label} as label, 0 as groups, * from facts)`;

const firstGroups = (label: string, groupsMax: number): string => `
    sizes as materialized (select ${label} as name, sum(requests) as requests from facts group by name),
    first as materialized (select name from sizes order by requests desc, name collate "C" limit ${groupsMax}),
    labelled as materialized (
      select first.name as label, (select count(*) from sizes) as groups, facts.* from facts left join first on first.name = ${label})
`;

export interface DeprecatedCallRow {
  operation: string;
  key_id: string | null;
  client_id: string | null;
  credential: "api_key" | "session" | "oauth_token";
  requests: number;
  last_at: Date;
}

/** Who still calls deprecated operations, how often, and when last. */
export const selectDeprecatedCalls = (filter: UsageFilter, range: UsageRange, now: Date): Statement => ({
  name: "usage_deprecated_calls",
  text: `with ${facts("both")}
    select operation, key_id, client_id, credential, sum(requests)::bigint as requests, max(last_at) as last_at
      from facts where deprecated and operation is not null and credential is not null
     group by operation, key_id, client_id, credential order by requests desc, operation limit 1000`,
  values: valuesOf(filter, range, now),
});
