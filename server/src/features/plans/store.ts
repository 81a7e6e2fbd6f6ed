import type { Statement } from "../../platform/db/index.ts";
import type { HeldPlan } from "./plan-in-force.ts";

/** Notified with the id of an account, live or sandbox, whose entitlements or overrides changed. */
export const accountLimitsChannel = "account_limits";

/** An entitlement as the database writes it in JSON. */
interface HeldPlanJson {
  source: HeldPlan["source"];
  plan: string;
  starts_at: string;
  ends_at: string | null;
  own: boolean;
}

export interface HeldPlansRow {
  mode: "live" | "test";
  version: number;
  held: HeldPlanJson[];
}

/** What an account holds, and for a sandbox also what its live account does. */
export const selectHeldPlans = (accountId: string): Statement => ({
  name: "held_plans",
  text: `select a.mode, a.entitlements_version + coalesce(live.entitlements_version, 0) as version,
                coalesce((select json_agg(json_build_object('source', e.source, 'plan', e.plan, 'starts_at', e.starts_at, 'ends_at', e.ends_at, 'own', e.account_id = a.id))
                            from entitlements e where e.account_id = any(array[a.id, live.id])), '[]') as held
           from accounts a
           left join accounts live on a.mode = 'test' and live.id = a.twin_id
          where a.id = $1`,
  values: [accountId],
});
