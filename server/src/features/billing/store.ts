import type { Statement, SystemTx, TenantTx } from "../../platform/db/index.ts";

export interface CustomerRow {
  account_id: string;
  mode: "live" | "test";
  customer_id: string;
}

const columns = "account_id, mode, customer_id";

export const selectCustomer = (accountId: string): Statement => ({
  name: "billing_customer",
  text: `select ${columns} from billing_customers where account_id = $1`,
  values: [accountId],
});

/** Whose customer at Stripe it is. */
export const selectCustomerById = (mode: CustomerRow["mode"], customerId: string): Statement => ({
  name: "billing_customer_by_id",
  text: `select ${columns} from billing_customers where mode = $1 and customer_id = $2`,
  values: [mode, customerId],
});

/** In the order of their accounts, for going through all of them. */
export const selectCustomersAfter = (accountId: string | null, limit: number): Statement => ({
  name: "billing_customers_page",
  text: `select ${columns} from billing_customers where $1::uuid is null or account_id > $1 order by account_id limit $2`,
  values: [accountId, limit],
});

/** The first one stays; answers the one that is kept. */
export async function keepCustomer(tx: TenantTx, row: CustomerRow, at: Date): Promise<string> {
  await tx.query(
    "insert into billing_customers (account_id, mode, customer_id, created_at) values ($1, $2, $3, $4) on conflict (account_id) do nothing",
    [tx.accountId, row.mode, row.customer_id, at],
  );
  const [kept] = await tx.query<CustomerRow>(`select ${columns} from billing_customers where account_id = $1`, [
    tx.accountId,
  ]);
  return kept?.customer_id ?? row.customer_id;
}

/** For a customer who does not exist at Stripe any more. */
export async function forgetCustomer(
  tx: SystemTx,
  { account_id: accountId, customer_id: customerId }: CustomerRow,
): Promise<void> {
  await tx.query("delete from billing_customers where account_id = $1 and customer_id = $2", [accountId, customerId]);
}
