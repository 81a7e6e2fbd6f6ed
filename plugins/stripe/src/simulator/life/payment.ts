import { invalid } from "../errors.ts";
import { chargeOf, disputeOf, paymentIntentOf, refundOf } from "../shapes/payment.ts";
import type { Charge, Customer, Dispute, Metadata, PaymentIntent, Refund } from "../shapes/kinds.ts";
import type { Change } from "../world.ts";

interface Payment {
  customer: Customer;
  amount: number;
  currency: string;
  metadata: Metadata;
  succeeds: boolean;
}

/** Tries to take the money: a payment intent with its charge, good or declined. */
export async function pay(change: Change, { customer, succeeds: succeeded, ...wish }: Payment): Promise<PaymentIntent> {
  const payment = { ...wish, customer: customer.id, created: change.now(customer) };
  const [id, charge] = [change.id("pi"), change.id("ch")];
  const intent = paymentIntentOf({ ...payment, id, charge, succeeded });
  const tried = chargeOf({ ...payment, id: charge, paymentIntent: id, succeeded });
  await change.put("payment_intent", intent);
  await change.put("charge", tried);
  await change.emit("payment_intent.created", { ...intent, status: "requires_payment_method", latest_charge: null });
  await change.emit(succeeded ? "charge.succeeded" : "charge.failed", tried);
  await change.emit(succeeded ? "payment_intent.succeeded" : "payment_intent.payment_failed", intent);
  return intent;
}

/** `amount` null: all that is left. */
export async function refund(
  change: Change,
  charge: Charge,
  { amount, reason }: { amount: number | null; reason: string | null },
): Promise<Refund> {
  if (charge.status !== "succeeded") throw invalid(`Charge ${charge.id} was not paid.`, "charge");
  if (charge.disputed)
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, "charge", "charge_disputed");
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) throw invalid(`Charge ${charge.id} has already been refunded.`, "charge", "charge_already_refunded");
  const taken = amount ?? left;
  if (taken < 1 || taken > left)
    throw invalid(`Refund amount (${taken}) is greater than unrefunded amount on charge (${left})`, "amount");
  const made = refundOf({ id: change.id("re"), charge, amount: taken, reason, created: change.now() });
  const after: Charge = { ...charge, amount_refunded: charge.amount_refunded + taken, refunded: taken === left };
  await change.put("refund", made, charge.customer);
  await change.put("charge", after);
  await change.emit("refund.created", made);
  await change.emit("charge.refunded", after, { amount_refunded: charge.amount_refunded, refunded: charge.refunded });
  return made;
}

/** The customer's bank takes the money back. */
export async function dispute(change: Change, charge: Charge): Promise<Dispute> {
  if (charge.disputed || charge.status !== "succeeded")
    throw invalid(`Charge ${charge.id} cannot be disputed.`, "charge");
  const made = disputeOf({ id: change.id("dp"), charge, created: change.now() });
  await change.put("dispute", made, charge.customer);
  await change.put("charge", { ...charge, disputed: true });
  await change.emit("charge.dispute.created", made);
  await change.emit("charge.dispute.funds_withdrawn", made);
  return made;
}

export async function closeDispute(change: Change, open: Dispute, status: "won" | "lost"): Promise<Dispute> {
  const closed: Dispute = { ...open, status };
  const charge = await change.get("charge", open.charge);
  await change.put("dispute", closed, charge.customer);
  await change.emit("charge.dispute.closed", closed, { status: open.status });
  if (status === "won") await change.emit("charge.dispute.funds_reinstated", closed);
  return closed;
}
