import type { Statement, SystemTx, TenantTx } from "../../platform/db/index.ts";

export interface CustomerRow {
  account_id: string;
  mode: "live" | "test";
  customer_id: string;
}

/** This slice buys at one provider; others keep their own customers in the same table. */
const provider = "stripe";
const columns = "account_id, mode, customer_id";

export const selectCustomer = (accountId: string): Statement => ({
  name: "billing_customer",
  text: `select ${columns} from billing_customers where account_id = $1 and provider = $2`,
  values: [accountId, provider],
});

/** Whose customer at Stripe it is. */
export const selectCustomerById = (mode: CustomerRow["mode"], customerId: string): Statement => ({
  name: "billing_customer_by_id",
  text: `select ${columns} from billing_customers where provider = $3 and mode = $1 and customer_id = $2`,
  values: [mode, customerId, provider],
});

/** In the order of their accounts, for going through all of them. */
export const selectCustomersAfter = (accountId: string | null, limit: number): Statement => ({
  name: "billing_customers_page",
  text: `select ${columns} from billing_customers where provider = $3 and ($1::uuid is null or account_id > $1) order by account_id limit $2`,
  values: [accountId, limit, provider],
});

/** The first one stays; answers the one that is kept. */
export async function keepCustomer(tx: TenantTx, row: CustomerRow, at: Date): Promise<string> {
  await tx.query(
    "insert into billing_customers (account_id, provider, mode, customer_id, created_at) values ($1, $2, $3, $4, $5) on conflict (account_id, provider) do nothing",
    [tx.accountId, provider, row.mode, row.customer_id, at],
  );
  const [kept] = await tx.query<CustomerRow>(
    `select ${columns} from billing_customers where account_id = $1 and provider = $2`,
    [tx.accountId, provider],
  );
  return kept?.customer_id ?? row.customer_id;
}

/** For a customer who does not exist at Stripe any more. */
export async function forgetCustomer(
  tx: SystemTx,
  { account_id: accountId, customer_id: customerId }: CustomerRow,
): Promise<void> {
  await tx.query("delete from billing_customers where account_id = $1 and provider = $2 and customer_id = $3", [
    accountId,
    provider,
    customerId,
  ]);
}
