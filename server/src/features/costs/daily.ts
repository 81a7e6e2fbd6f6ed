/**
 * SQL: sums by day, exact at any moment: days that are due are summed from their entries, the others are in `cost_days`.
 * Columns: account_id, day, plan, plugin_id, model, kind, outcome, calls, unpriced, input_tokens … cost_micros.
 * The arguments are places ($1); `account` null: of all accounts.
 */
export function dailySums({ since, until, account }: { since: string; until: string; account: string | null }): string {
  const of = (table: string) => (account === null ? "" : ` and ${table}.account_id = ${account}`);
  return `
    select d.account_id, d.day, d.plan, d.plugin_id, d.model, d.kind, d.outcome,
           d.calls, d.unpriced, d.input_tokens, d.output_tokens, d.seconds, d.images, d.cost_micros
      from cost_days d
     where d.day >= ${since} and d.day < ${until}${of("d")}
       and not exists (select from cost_days_due u where u.account_id = d.account_id and u.day = d.day)
    union all
    select e.account_id, u.day, e.plan, e.plugin_id, e.model, e.kind, e.outcome,
           1, (e.cost_micros is null)::int, e.input_tokens, e.output_tokens, e.seconds, e.images, e.cost_micros
      from cost_days_due u
      join cost_entries e on e.account_id = u.account_id and ${onDay("e.occurred_at", "u.day")}
     where u.day >= ${since} and u.day < ${until}${of("u")}`;
}

/** Whether a moment is on a day in UTC, so that an index on it is used. */
export function onDay(moment: string, day: string): string {
  return `${moment} >= (${day}::timestamp at time zone 'UTC') and ${moment} < ((${day} + 1)::timestamp at time zone 'UTC')`;
}
