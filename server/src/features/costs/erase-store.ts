import type { SystemTx } from "../../platform/db/index.ts";
import { modeOf } from "../accounts/index.ts";
import { sums } from "./sums.ts";

/** In one transaction, so that nothing is counted twice or not at all. The database allows it of accounts that are being erased. */
export async function keepSumsOnly(tx: SystemTx, accountId: string): Promise<void> {
  await tx.query(
    `with gone as (delete from cost_entries where account_id = $1
                   returning occurred_at, plan, plugin_id, model, kind, outcome, input_tokens, output_tokens, seconds, images, cost_micros)
     insert into cost_erased as kept (day, mode, plan, plugin_id, model, kind, outcome, calls, unpriced, input_tokens, output_tokens, seconds, images, cost_micros)
     select (occurred_at at time zone 'UTC')::date, ${modeOf("$1")}, plan, plugin_id, model, kind, outcome, ${sums}
       from gone group by 1, 2, 3, 4, 5, 6, 7
     on conflict (day, mode, plan, plugin_id, model, kind, outcome) do update
        set calls = kept.calls + excluded.calls, unpriced = kept.unpriced + excluded.unpriced,
            input_tokens = kept.input_tokens + excluded.input_tokens, output_tokens = kept.output_tokens + excluded.output_tokens,
            seconds = kept.seconds + excluded.seconds, images = kept.images + excluded.images, cost_micros = kept.cost_micros + excluded.cost_micros`,
    [accountId],
  );
  await tx.query("delete from cost_days where account_id = $1", [accountId]);
  await tx.query("delete from cost_days_due where account_id = $1", [accountId]);
}
