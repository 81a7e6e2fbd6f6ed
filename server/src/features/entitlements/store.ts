import type { Statement, SystemTx, TenantTx } from "../../platform/db/index.ts";
import type { Entitlement } from "./implied-entitlements.ts";

interface EntitlementRow {
  source: Entitlement["source"];
  provider: string | null;
  ref: string;
  plan: string;
  starts_at: Date;
  ends_at: Date | null;
}

const columns = "source, provider, ref, plan, starts_at, ends_at";

export const selectEntitlements = (accountId: string): Statement => ({
  name: "entitlements_of_account",
  text: `select ${columns} from entitlements where account_id = $1 order by source, provider, ref`,
  values: [accountId],
});

export async function readEntitlements(tx: TenantTx): Promise<Entitlement[]> {
  const { text, values } = selectEntitlements(tx.accountId);
  return (await tx.query<EntitlementRow>(text, [...values])).map(toEntitlement);
}

export const toEntitlement = ({
  source,
  provider,
  ref,
  plan,
  starts_at: startsAt,
  ends_at: endsAt,
}: EntitlementRow): Entitlement => ({ source, provider, ref, plan, startsAt, endsAt });
export type { EntitlementRow };

export async function upsertEntitlement(
  tx: TenantTx,
  id: string,
  { source, provider, ref, plan, startsAt, endsAt }: Entitlement,
  version: number,
): Promise<void> {
  await tx.query(
    `insert into entitlements (account_id, id, ${columns}, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (account_id, source, provider, ref) do update set plan = excluded.plan, starts_at = excluded.starts_at, ends_at = excluded.ends_at, version = excluded.version`,
    [tx.accountId, id, source, provider, ref, plan, startsAt, endsAt, version],
  );
}

export async function deleteEntitlement(tx: TenantTx, { source, provider, ref }: Entitlement): Promise<void> {
  await tx.query(
    "delete from entitlements where account_id = $1 and source = $2 and provider is not distinct from $3 and ref = $4",
    [tx.accountId, source, provider, ref],
  );
}

export interface EntitlementChangeRow extends EntitlementRow {
  id: string;
  change: "granted" | "updated" | "revoked" | "expired";
  version: number;
  cause: "provider_event" | "reconciliation" | "administrator" | "expiry" | "import";
  cause_ids: string[];
  created_at: Date;
}

const changeColumns = `id, change, ${columns}, version, cause, cause_ids, created_at`;

export async function insertChange(tx: TenantTx, row: EntitlementChangeRow): Promise<void> {
  await tx.query(
    `insert into entitlement_changes (account_id, ${changeColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      tx.accountId,
      row.id,
      row.change,
      row.source,
      row.provider,
      row.ref,
      row.plan,
      row.starts_at,
      row.ends_at,
      row.version,
      row.cause,
      row.cause_ids,
      row.created_at,
    ],
  );
}

/** One row more than the page holds. */
export const selectChanges = (page: { afterId: string | null; limit: number }): Statement => ({
  name: "entitlement_changes_page",
  text: `select ${changeColumns} from entitlement_changes where ($1::uuid is null or id < $1) order by id desc limit $2`,
  values: [page.afterId, page.limit + 1],
});

/** Accounts with something whose time is over. */
export async function selectExpired(tx: SystemTx, now: Date, limit: number): Promise<string[]> {
  const rows = await tx.query<{ account_id: string }>(
    "select distinct account_id from entitlements where ends_at <= $1 limit $2",
    [now, limit],
  );
  return rows.map(({ account_id: id }) => id);
}
