import { Stripe } from "stripe";
import { encodeId } from "../../platform/ids/index.ts";
import type { BillingDeps } from "./deps.ts";
import type { Mode } from "./stripe-access.ts";
import {
  forgetCustomer,
  keepCustomer,
  selectCustomer,
  selectCustomerById,
  selectCustomersAfter,
  type CustomerRow,
} from "./store.ts";

interface Account {
  accountId: string;
  mode: Mode;
}

type Deps = Pick<BillingDeps, "db" | "clock" | "stripe">;

/** Null: the account never came near buying anything. */
export async function findCustomer({ db }: Pick<Deps, "db">, accountId: string): Promise<CustomerRow | null> {
  const [row] = await db.readTenant<CustomerRow>(accountId, selectCustomer(accountId));
  return row ?? null;
}

/** Whose the customer of an event is; null: nobody's of ours. */
export async function accountOfCustomer(
  { db }: Pick<Deps, "db">,
  mode: Mode,
  customerId: string,
): Promise<string | null> {
  const [row] = await db.readSystem<CustomerRow>(
    "whose customer at Stripe it is",
    selectCustomerById(mode, customerId),
  );
  return row?.account_id ?? null;
}

const BATCH = 500;

/** Every account that has a customer at Stripe, for reconciling. */
export async function* allCustomers({ db }: Pick<Deps, "db">): AsyncGenerator<CustomerRow> {
  let after: string | null = null;
  for (;;) {
    const rows: CustomerRow[] = await db.readSystem<CustomerRow>(
      "go through all customers at Stripe",
      selectCustomersAfter(after, BATCH),
    );
    yield* rows;
    after = rows.at(-1)?.account_id ?? null;
    if (rows.length < BATCH) return;
  }
}

/**
 * The customer at Stripe that an account is, made when it has none: before any checkout, so that there is never a second.
 * Stripe sees the account's id and nothing else of it. However many ask at once, Stripe makes one (the key), and one is kept.
 */
async function ensureCustomer(deps: Deps, { accountId, mode }: Account): Promise<string> {
  return (await findCustomer(deps, accountId))?.customer_id ?? createCustomer(deps, { accountId, mode }, "first");
}

/**
 * Does `work` with the account's customer. One that was deleted at Stripe is replaced, once.
 */
export async function withCustomer<T>(
  deps: Deps,
  account: Account,
  work: (customerId: string) => Promise<T>,
): Promise<T> {
  const customerId = await ensureCustomer(deps, account);
  try {
    return await work(customerId);
  } catch (error) {
    if (!isMissingCustomer(error)) throw error;
    await deps.db.asSystem("a customer is gone at Stripe", (tx) =>
      forgetCustomer(tx, { account_id: account.accountId, mode: account.mode, customer_id: customerId }),
    );
    return work(await createCustomer(deps, account, `after ${customerId}`));
  }
}

async function createCustomer(
  { db, clock, stripe: access }: Deps,
  { accountId, mode }: Account,
  which: string,
): Promise<string> {
  const { stripe } = await access.connect(mode);
  const account = encodeId("acc", accountId);
  const { id } = await stripe.customers.create(
    { metadata: { account } },
    { idempotencyKey: `customer of ${account}, ${which}` },
  );
  return db.withTenant(accountId, (tx) =>
    keepCustomer(tx, { account_id: accountId, mode, customer_id: id }, clock.now()),
  );
}

const isMissingCustomer = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError &&
  error.code === "resource_missing" &&
  error.param === "customer";
