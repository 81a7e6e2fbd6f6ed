import type { TenantTx } from "../../../platform/db/index.ts";
import type { EndpointClaim, NumberedDelivery } from "./claim.ts";

/** Writes numbers that a holder gave and did not live to write. Harmless at any time. */
export async function settleNumbers(tx: TenantTx, id: string): Promise<void> {
  await tx.query(
    `with given as (
       delete from webhook_numberings where account_id = $1 and webhook_id = $2 returning first, delivery_ids
     )
     update webhook_deliveries d set sequence = n.first + n.nth - 1
       from (select given.first, one.id, one.nth from given, unnest(given.delivery_ids) with ordinality as one (id, nth)) n
      where d.account_id = $1 and d.id = n.id and d.sequence is null`,
    [tx.accountId, id],
  );
}

/** At the end of a drain that wrote all its results: only what it gave back unsent still needs its number. */
export async function purgeNumbers(tx: TenantTx, id: string, unsent: NumberedDelivery[]): Promise<void> {
  await Promise.all([
    tx.query("delete from webhook_numberings where account_id = $1 and webhook_id = $2", [tx.accountId, id]),
    unsent.length === 0
      ? []
      : tx.query(
          `update webhook_deliveries d set sequence = n.sequence
         from unnest($2::uuid[], $3::bigint[]) as n (id, sequence)
        where d.account_id = $1 and d.id = n.id and d.sequence is null`,
          [tx.accountId, unsent.map((one) => one.id), unsent.map((one) => one.sequence)],
        ),
  ]);
}

/** For endpoints in order, whose numbers decide what is sent next: written at once. False: there was nothing to number. */
export async function numberInOrder(tx: TenantTx, claim: EndpointClaim, now: Date, limit: number): Promise<boolean> {
  const rows = await tx.query(
    `with fresh as (
       select id, row_number() over (order by next_attempt_at, event_id) as nth, count(*) over () as many
         from (select id, next_attempt_at, event_id from webhook_deliveries
                where account_id = $1 and webhook_id = $2 and status = 'pending' and sequence is null
                  and next_attempt_at <= $4
                order by next_attempt_at, event_id limit $5) oldest
     ), counted as (
       update webhooks set last_sequence = last_sequence + (select count(*) from fresh)
        where account_id = $1 and id = $2 and lease_token = $3 returning last_sequence
     )
     update webhook_deliveries d set sequence = counted.last_sequence - fresh.many + fresh.nth
       from fresh, counted where d.account_id = $1 and d.id = fresh.id returning 1`,
    [tx.accountId, claim.id, claim.leaseToken, now, limit],
  );
  return rows.length > 0;
}
