import type { Statement, SystemTx } from "../../platform/db/index.ts";

/** Notified with the id of an account, live or sandbox, whose plan, boost or overrides changed. */
export const accountLimitsChannel = "account_limits";

export interface SubscriptionRow {
  mode: "live" | "test";
  plan: string;
  boost_expires_at: Date | null;
}

/** A sandbox has the plan of its live twin. */
export const selectSubscription = (accountId: string): Statement => ({
  name: "subscription",
  text: `select a.mode, live.plan, live.boost_expires_at
           from accounts a
           join accounts live on live.id = case a.mode when 'live' then a.id else a.twin_id end
          where a.id = $1`,
  values: [accountId],
});

export interface AccountPlanRow {
  id: string;
  twin_id: string;
  plan: string;
  boost_expires_at: Date | null;
}

/** The live account of either id of a pair. */
export const selectAccountPlan = (accountId: string): Statement => ({
  name: "account_plan",
  text: "select id, twin_id, plan, boost_expires_at from accounts where mode = 'live' and $1 in (id, twin_id)",
  values: [accountId],
});

export async function lockAccountPlan(tx: SystemTx, accountId: string): Promise<AccountPlanRow | null> {
  const { text, values } = selectAccountPlan(accountId);
  const [row] = await tx.query<AccountPlanRow>(`${text} for update`, [...(values ?? [])]);
  return row ?? null;
}

export async function updatePlan(tx: SystemTx, { id, plan, boost_expires_at }: AccountPlanRow): Promise<void> {
  await tx.query("update accounts set plan = $2, boost_expires_at = $3 where id = $1", [id, plan, boost_expires_at]);
}
