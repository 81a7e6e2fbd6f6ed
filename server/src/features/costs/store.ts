import type { TenantTx } from "../../platform/db/index.ts";
import { boostEndOf, planOf } from "../accounts/index.ts";
import { boost, planIds } from "../plans/index.ts";
import type { ProviderCall } from "./provider-call.ts";

/** What the account has now, as `resolveEffectivePlan` says. */
const planNow = `case when ${boostEndOf("$1")} > $13
  and coalesce(array_position($14::text[], ${planOf("$1")}), 1) < array_position($14::text[], $15::text) then $15 else ${planOf("$1")} end`;

/** SQL of what the calls for a generation cost, in micro-dollars, as far as it is known; for statements of other slices. */
export const costOf = ({ account, generation }: { account: string; generation: string }): string =>
  `(select sum(e.cost_micros) from cost_entries e where e.account_id = ${account} and e.generation_id = ${generation})`;

/** Nothing when the call is recorded already. Otherwise its day is due, and stays locked until the transaction ends. */
export async function insertEntry(
  tx: TenantTx,
  { id, call, costMicros, occurredAt }: { id: string; call: ProviderCall; costMicros: number | null; occurredAt: Date },
): Promise<void> {
  await tx.query(
    `with entry as (
       insert into cost_entries (account_id, id, call_id, generation_id, plugin_id, model, kind, outcome,
         input_tokens, output_tokens, seconds, images, cost_micros, plan, occurred_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $16, ${planNow}, $13)
       on conflict (account_id, call_id) do nothing returning account_id, occurred_at
     )
     insert into cost_days_due as due (account_id, day) select account_id, (occurred_at at time zone 'UTC')::date from entry
     on conflict (account_id, day) do update set entries = due.entries + 1`,
    [
      tx.accountId,
      id,
      call.callId,
      call.generationId,
      call.pluginId,
      call.model,
      call.kind,
      call.outcome,
      call.inputTokens ?? null,
      call.outputTokens ?? null,
      call.seconds ?? null,
      call.images ?? null,
      occurredAt,
      planIds,
      boost.plan,
      costMicros,
    ],
  );
}
