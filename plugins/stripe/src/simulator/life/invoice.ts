import { invoiceOf, invoicePaymentOf } from "../shapes/subscription.ts";
import type { Customer, Invoice, Item, Subscription } from "../shapes/kinds.ts";
import type { Change } from "../world.ts";
import { pay } from "./payment.ts";

interface Bill {
  reason: "subscription_create" | "subscription_cycle";
  customer: Customer;
  subscription: Subscription;
  item: Item;
}

/** A new invoice over the item's period, not paid yet. */
export async function bill(change: Change, wish: Bill): Promise<Invoice> {
  const invoice = invoiceOf({
    ...wish,
    id: change.id("in"),
    lineId: change.id("il"),
    created: change.now(wish.customer),
  });
  await change.put("invoice", invoice);
  await change.emit("invoice.created", invoice);
  await change.emit("invoice.finalized", invoice);
  return invoice;
}

const DAY_SECONDS = 24 * 3600;

/** Tries to take an invoice's money once. */
export async function collect(
  change: Change,
  invoice: Invoice,
  { customer, succeeds }: { customer: Customer; succeeds: boolean },
): Promise<Invoice> {
  const at = change.now(customer);
  const { total: amount, currency } = invoice;
  const { id: paymentIntent } = await pay(change, { customer, amount, currency, metadata: {}, succeeds });
  const [known] = await change.list("invoice_payment", { owner: invoice.id });
  const id = known?.id ?? change.id("inpay");
  const payment = { id, invoice: invoice.id, paymentIntent, amount, currency, created: at };
  await change.put(
    "invoice_payment",
    invoicePaymentOf({ ...payment, amount_paid: succeeds ? amount : null, status: succeeds ? "paid" : "open" }),
    invoice.id,
  );
  const tried = { ...invoice, attempted: true, attempt_count: invoice.attempt_count + 1 };
  const after: Invoice = succeeds
    ? {
        ...tried,
        status: "paid",
        amount_paid: amount,
        amount_remaining: 0,
        next_payment_attempt: null,
        status_transitions: { ...invoice.status_transitions, paid_at: at },
      }
    : { ...tried, next_payment_attempt: at + 3 * DAY_SECONDS };
  await change.put("invoice", after);
  if (succeeds) {
    await change.emit("invoice.paid", after);
    await change.emit("invoice.payment_succeeded", after);
  } else await change.emit("invoice.payment_failed", after);
  return after;
}
