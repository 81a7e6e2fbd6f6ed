import type { SystemTx, TenantTx } from "../../platform/db/index.ts";
import { dailySums } from "./daily.ts";
import type { AccountDay } from "./roll-up-store.ts";

/** Days, from yesterday on, that cost at least so much and were not noticed yet. */
export function selectExpensiveDays(tx: SystemTx, now: Date, floorMicros: number): Promise<AccountDay[]> {
  const today = "($1::timestamptz at time zone 'UTC')::date";
  return tx.query<AccountDay>(
    `select s.account_id, s.day::text as day from (${dailySums({ since: `${today} - 1`, until: `${today} + 1`, account: null })}) s
      where not exists (select from cost_anomalies a where a.account_id = s.account_id and a.day = s.day)
      group by s.account_id, s.day having sum(s.cost_micros) >= $2`,
    [now, floorMicros],
  );
}

/** What a day cost, and each of the `count` before it since the account's first call, in micro-dollars. */
export async function selectSpending(
  tx: TenantTx,
  day: string,
  count: number,
): Promise<{ cost: number; before: number[] }> {
  const costs = await tx.query<{ day: string; cost: number }>(
    `select each.day::date::text as day, coalesce((select sum(cost_micros) from (${dailySums({ since: "each.day::date", until: "each.day::date + 1", account: "$1" })}) sums), 0)::bigint as cost
       from generate_series(
         greatest($2::date - $3::int, coalesce((select min(occurred_at at time zone 'UTC')::date from cost_entries where account_id = $1), $2::date)),
         $2::date, interval '1 day') each (day)`,
    [tx.accountId, day, count],
  );
  return {
    cost: costs.find((row) => row.day === day)?.cost ?? 0,
    before: costs.filter((row) => row.day !== day).map(({ cost }) => cost),
  };
}

/** False when it was noticed before. */
export async function insertAnomaly(
  tx: TenantTx,
  { day, cost, usual, now }: { day: string; cost: number; usual: number; now: Date },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into cost_anomalies (account_id, day, cost_micros, usual_micros, noticed_at) values ($1, $2, $3, $4, $5)
     on conflict (account_id, day) do nothing returning day`,
    [tx.accountId, day, cost, usual, now],
  );
  return rows.length === 1;
}
