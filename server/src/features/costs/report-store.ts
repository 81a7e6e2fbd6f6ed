import type { Statement } from "../../platform/db/index.ts";
import { modeOf } from "../accounts/index.ts";
import { dailySums } from "./daily.ts";

export const groupings = ["account", "plan", "model", "month"] as const;
export type Grouping = (typeof groupings)[number];

const columnOf: Record<Grouping, string> = {
  account: "account_id",
  plan: "plan",
  model: "model",
  month: "to_char(day, 'YYYY-MM')",
};

export interface CostRow {
  /** 1: the row of all groups together. */
  whole: number;
  /** All groups, also those beyond the limit. */
  groups: number;
  account: string | null;
  plan: string | null;
  model: string | null;
  month: string | null;
  calls: number;
  unpriced: number;
  input_tokens: number;
  output_tokens: number;
  seconds: number;
  images: number;
  cost_micros: number;
}

export interface CostQuestion {
  /** Days in UTC, as text; `until` is the day after the last. */
  since: string;
  until: string;
  by: readonly Grouping[];
  accountId: string | null;
  mode: "live" | "test" | null;
  /** Most groups, the most expensive first; null: all. */
  limit: number | null;
}

/** The sums of the whole and of each group, of all accounts or one, in one statement. For `db.readSystem`. */
export function selectCosts({ since, until, by, accountId, mode, limit }: CostQuestion): Statement {
  const chosen = groupings.filter((name) => by.includes(name));
  const columns = groupings.map(
    (name) => `${chosen.includes(name) ? columnOf[name] : "null::text"} as ${name === "account" ? "account" : name}`,
  );
  const sets = chosen.length === 0 ? "()" : `(), (${chosen.map((name) => columnOf[name]).join(", ")})`;
  // Accounts that are no more are in no answer about one account.
  return {
    name: ["costs", ...chosen, accountId === null ? "all" : "one"].join("_"),
    text: `
      with sums as (
        ${dailySums({ since: "$1::date", until: "$2::date", account: accountId === null ? null : "$5" })}
      ), rows as (
        select s.account_id, day, s.plan, model, calls, unpriced, input_tokens, output_tokens, seconds, images, cost_micros
          from sums s where $3::text is null or ${modeOf("s.account_id")} = $3
        ${
          accountId === null
            ? `union all
        select null, day, plan, model, calls, unpriced, input_tokens, output_tokens, seconds, images, cost_micros
          from cost_erased where day >= $1::date and day < $2::date and ($3::text is null or mode = $3)`
            : ""
        }
      )
      select ${chosen.length === 0 ? "1" : `(grouping(${columnOf[chosen[0] ?? "plan"]}) = 1)::int`} as whole, count(*) over () as groups, ${columns.join(", ")},
             coalesce(sum(calls), 0)::bigint as calls, coalesce(sum(unpriced), 0)::bigint as unpriced,
             coalesce(sum(input_tokens), 0)::bigint as input_tokens, coalesce(sum(output_tokens), 0)::bigint as output_tokens,
             coalesce(sum(seconds), 0)::float8 as seconds, coalesce(sum(images), 0)::bigint as images,
             coalesce(sum(cost_micros), 0)::bigint as cost_micros
        from rows group by grouping sets (${sets})
       order by whole desc, cost_micros desc, account, plan, model, month limit $4`,
    values: [since, until, mode, limit === null ? null : limit + 1, ...(accountId === null ? [] : [accountId])],
  };
}
