import type { Statement, TenantTx } from "../../../platform/db/index.ts";
import type { CustomerState, SubscriptionState } from "../customer-state.ts";
import { planIds } from "../../plans/index.ts";

export interface SubscriptionRow {
  ref: string;
  plan: string | null;
  status: string;
  current_period_start: Date;
  current_period_end: Date;
  cancels_at: Date | null;
  ended_at: Date | null;
  synced_at: Date;
}

const over = ["canceled", "incomplete_expired"];
const OVER = over.map((status) => `'${status}'`).join(", ");
const columns = "ref, plan, status, current_period_start, current_period_end, cancels_at, ended_at, synced_at";

/** As below, of what each provider's subscription is that matters most. */
export const selectSubscription = (accountId: string): Statement => ({
  name: "billing_subscription",
  text: `select ${columns} from billing_subscriptions where account_id = $1
          order by status in (${OVER}), array_position($2::text[], plan) desc nulls last, current_period_start desc limit 1`,
  values: [accountId, planIds],
});

/** Of several of a provider the one that is not over, sells the highest plan, and is the newest. */
export async function writeSubscription(
  tx: TenantTx,
  provider: string,
  { subscriptions }: CustomerState,
  at: Date,
): Promise<void> {
  const [first] = subscriptions.toSorted(
    (a, b) =>
      Number(isOver(a)) - Number(isOver(b)) || rank(b) - rank(a) || b.createdAt.getTime() - a.createdAt.getTime(),
  );
  if (!first) {
    await tx.query("delete from billing_subscriptions where account_id = $1 and provider = $2", [
      tx.accountId,
      provider,
    ]);
    return;
  }
  await tx.query(
    `insert into billing_subscriptions (account_id, provider, ${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (account_id, provider) do update set ref = excluded.ref, plan = excluded.plan, status = excluded.status,
       current_period_start = excluded.current_period_start, current_period_end = excluded.current_period_end,
       cancels_at = excluded.cancels_at, ended_at = excluded.ended_at, synced_at = excluded.synced_at`,
    [
      tx.accountId,
      provider,
      first.id,
      first.plan,
      first.status,
      first.currentPeriodStart,
      first.currentPeriodEnd,
      first.cancelAtPeriodEnd ? first.currentPeriodEnd : first.cancelAt,
      first.endedAt,
      at,
    ],
  );
}

const isOver = ({ status }: SubscriptionState) => over.includes(status);
const rank = ({ plan }: SubscriptionState) => planIds.findIndex((id) => id === plan);
