import { invalid } from "../errors.ts";
import { itemOf, subscriptionOf } from "../shapes/subscription.ts";
import type { Customer, Interval, Invoice, Item, Metadata, Price, Subscription } from "../shapes/kinds.ts";
import type { Change } from "../world.ts";
import { bill, collect } from "./invoice.ts";

interface Wish {
  customer: Customer;
  price: Price;
  quantity: number;
  metadata: Metadata;
}

/** Begins with its first payment made. */
export async function subscribe(
  change: Change,
  { customer, price, quantity, metadata }: Wish,
): Promise<{ subscription: Subscription; invoice: Invoice }> {
  if (!price.recurring)
    throw invalid(
      "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
      "items",
    );
  const created = change.now(customer);
  const id = change.id("sub");
  const end = addInterval(created, price.recurring);
  const item = itemOf({
    id: change.id("si"),
    subscription: id,
    created,
    price,
    quantity,
    current_period_start: created,
    current_period_end: end,
  });
  const begun = subscriptionOf({ id, customer, item, metadata, created });
  const open = await bill(change, { reason: "subscription_create", customer, subscription: begun, item });
  const subscription = { ...begun, latest_invoice: open.id };
  await change.put("subscription", subscription);
  await change.emit("customer.subscription.created", subscription);
  const invoice = await collect(change, open, { customer, succeeds: true });
  return { subscription, invoice };
}

/** Attempts before Stripe's usual setting gives a subscription up. */
const ATTEMPTS_MAX = 4;

/**
 * The next payment: of the next period, or again of the one that is owed. When it fails the subscription is past due, and
 * canceled after four tries.
 */
export async function renew(change: Change, subscription: Subscription, succeeds: boolean): Promise<Subscription> {
  assertAlive(subscription);
  const customer = await change.get("customer", subscription.customer);
  const owed =
    subscription.status === "past_due" ? await change.get("invoice", subscription.latest_invoice ?? "") : null;
  const items = owed ? subscription.items : { ...subscription.items, data: subscription.items.data.map(nextPeriod) };
  const [item] = items.data;
  if (!item) throw invalid("This subscription has no items.", "subscription");
  const open = owed ?? (await bill(change, { reason: "subscription_cycle", customer, subscription, item }));
  const invoice = await collect(change, open, { customer, succeeds });
  if (!succeeds && invoice.attempt_count >= ATTEMPTS_MAX) return end(change, subscription, "payment_failed");
  const status = succeeds ? "active" : "past_due";
  return update(change, subscription, { items, latest_invoice: invoice.id, status });
}

/** Ends it now. */
export async function end(change: Change, subscription: Subscription, reason: string): Promise<Subscription> {
  assertAlive(subscription);
  const customer = await change.get("customer", subscription.customer);
  const at = change.now(customer);
  const ended: Subscription = {
    ...subscription,
    status: "canceled",
    ended_at: at,
    canceled_at: subscription.canceled_at ?? at,
    cancel_at_period_end: false,
    cancellation_details: { ...subscription.cancellation_details, reason },
  };
  await change.put("subscription", ended);
  await change.emit("customer.subscription.deleted", ended);
  return ended;
}

/** Whether it ends with the period it was paid for. */
export async function endWithPeriod(change: Change, subscription: Subscription, ends: boolean): Promise<Subscription> {
  const customer = await change.get("customer", subscription.customer);
  const periodEnd = subscription.items.data[0]?.current_period_end ?? null;
  return update(change, subscription, {
    cancel_at_period_end: ends,
    cancel_at: ends ? periodEnd : null,
    canceled_at: ends ? change.now(customer) : null,
    cancellation_details: { ...subscription.cancellation_details, reason: ends ? "cancellation_requested" : null },
  });
}

/** Another price from now on; what is left of the old one is not settled. */
export async function changePrice(change: Change, subscription: Subscription, price: Price): Promise<Subscription> {
  if (!price.recurring) throw invalid("The price must be a recurring one.", "items[0][price]");
  const data = subscription.items.data.map((item) =>
    itemOf({
      ...item,
      price,
      subscription: subscription.id,
      created: subscription.items.data[0]?.current_period_start ?? 0,
    }),
  );
  return update(change, subscription, { items: { ...subscription.items, data } });
}

/** Writes what changed, and says so with what it was before. */
export async function update(
  change: Change,
  subscription: Subscription,
  changes: Partial<Subscription>,
): Promise<Subscription> {
  assertAlive(subscription);
  const names = (Object.keys(changes) as (keyof Subscription)[]).filter(
    (name) => JSON.stringify(changes[name]) !== JSON.stringify(subscription[name]),
  );
  const after = { ...subscription, ...changes };
  await change.put("subscription", after);
  if (names.length > 0)
    await change.emit(
      "customer.subscription.updated",
      after,
      Object.fromEntries(names.map((name) => [name, subscription[name]])),
    );
  return after;
}

/** What has fallen due by the customer's time: renewals, and the ends that were asked for. */
export async function settleDue(change: Change, subscriptions: readonly Subscription[]): Promise<void> {
  for (const begun of subscriptions) {
    const customer = await change.get("customer", begun.customer);
    let subscription = begun;
    while (isDue(subscription, change.now(customer))) {
      subscription = subscription.cancel_at_period_end
        ? await end(change, subscription, "cancellation_requested")
        : await renew(change, subscription, true);
    }
  }
}

const isDue = ({ status, items }: Subscription, now: number): boolean =>
  status === "active" && (items.data[0]?.current_period_end ?? Infinity) <= now;

function assertAlive({ id, status }: Subscription): void {
  if (status === "canceled") throw invalid(`No such subscription: '${id}', it is canceled.`, "id", "resource_missing");
}

const nextPeriod = (item: Item): Item => ({
  ...item,
  current_period_start: item.current_period_end,
  current_period_end: addInterval(
    item.current_period_end,
    item.price.recurring ?? { interval: "month", interval_count: 1 },
  ),
});

/** The same day of a later month, or its last one. */
function addInterval(
  seconds: number,
  { interval, interval_count: count }: { interval: Interval; interval_count: number },
): number {
  const date = new Date(seconds * 1000);
  if (interval === "day" || interval === "week") return seconds + count * (interval === "week" ? 7 : 1) * 24 * 3600;
  const months = interval === "year" ? 12 * count : count;
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
  date.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + months, Math.min(date.getUTCDate(), last));
  return Math.floor(date.getTime() / 1000);
}
