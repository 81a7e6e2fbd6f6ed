import type { Clock } from "../../../platform/clock/index.ts";
import type { Database, Statement, TenantTx } from "../../../platform/db/index.ts";
import { latencyBoundsMs } from "./latency.ts";
import type { TallyRow } from "./tally.ts";
import { DAY_MS } from "../../../platform/time/index.ts";

/** Adds what a drain counted. */
export async function addStats(tx: TenantTx, webhookId: string, rows: TallyRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into webhook_stats as s (account_id, webhook_id, at, attempts, succeeded, given_up, latencies)
     select $1, $2, r.at, r.attempts, r.succeeded, r.given_up, r.latencies
       from jsonb_to_recordset($3) as r (at timestamptz, attempts int, succeeded int, given_up int, latencies int[])
     on conflict (account_id, webhook_id, at) do update
        set attempts = s.attempts + excluded.attempts, succeeded = s.succeeded + excluded.succeeded,
            given_up = s.given_up + excluded.given_up,
            latencies = (select array_agg(coalesce(one, 0) + coalesce(other, 0) order by nth)
                           from unnest(s.latencies, excluded.latencies) with ordinality as both_of (one, other, nth))`,
    [tx.accountId, webhookId, JSON.stringify(rows)],
  );
}

export interface StatsRow {
  attempts: number;
  succeeded: number;
  given_up: number;
  latencies: number[];
}

const sums = latencyBoundsMs.map((_, index) => `coalesce(sum(latencies[${index + 1}]), 0)::int`).join(", ");

export const selectStats = (accountId: string, webhookId: string, since: Date): Statement => ({
  name: "webhook_stats_since",
  text: `select coalesce(sum(attempts), 0)::int as attempts, coalesce(sum(succeeded), 0)::int as succeeded,
                coalesce(sum(given_up), 0)::int as given_up, array[${sums}] as latencies
           from webhook_stats where account_id = $1 and webhook_id = $2 and at >= $3`,
  values: [accountId, webhookId, since],
});

const KEPT_MS = 31 * DAY_MS;

/** Figures go with the log that they sum up. */
export async function forgetStats({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  const before = new Date(clock.now().getTime() - KEPT_MS);
  await db.asSystem("forget old webhook figures", (tx) =>
    tx.query("delete from webhook_stats where at < $1", [before]),
  );
}
