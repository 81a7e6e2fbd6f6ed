import type { SystemTx } from "../../platform/db/index.ts";
import { onDay } from "./daily.ts";
import { sums } from "./sums.ts";

/** One account's day; the day as text, for a Date would have a time zone. */
export interface AccountDay {
  account_id: string;
  day: string;
}

/** Days before that of `now` which are not rolled up. */
export function selectDaysDue(tx: SystemTx, now: Date, limit: number): Promise<AccountDay[]> {
  return tx.query<AccountDay>(
    "select account_id, day::text as day from cost_days_due where day < ($1::timestamptz at time zone 'UTC')::date order by day limit $2",
    [now, limit],
  );
}

/** Nothing when another worker did it. Whoever records an entry of the day waits for the end of this transaction, or is waited for. */
export async function rollUpDay(tx: SystemTx, { account_id: accountId, day }: AccountDay): Promise<void> {
  const taken = await tx.query("delete from cost_days_due where account_id = $1 and day = $2 returning day", [
    accountId,
    day,
  ]);
  if (taken.length === 0) return;
  await tx.query("delete from cost_days where account_id = $1 and day = $2", [accountId, day]);
  await tx.query(
    `insert into cost_days (account_id, day, n, plan, plugin_id, model, kind, outcome, calls, unpriced, input_tokens, output_tokens, seconds, images, cost_micros)
     select $1, $2::date, row_number() over (order by plan, plugin_id, model, kind, outcome), plan, plugin_id, model, kind, outcome, ${sums}
       from cost_entries where account_id = $1 and ${onDay("occurred_at", "$2::date")}
      group by plan, plugin_id, model, kind, outcome`,
    [accountId, day],
  );
}
