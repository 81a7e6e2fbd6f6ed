import type { Statement } from "../../platform/db/index.ts";

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
