import type { Customer, Invoice, InvoicePayment, Item, Metadata, Price, Subscription, Shown } from "./kinds.ts";

export const itemOf = (
  given: Pick<Item, "id" | "current_period_start" | "current_period_end" | "price" | "quantity"> & {
    subscription: string;
    created: number;
  },
): Shown<Item> => ({
  object: "subscription_item",
  billing_thresholds: null,
  current_trial: null,
  discounts: [],
  metadata: {},
  plan: planOf(given.price),
  tax_rates: [],
  ...given,
});

/** The older form of a price, which items still show. */
const planOf = ({ id, active, created, currency, unit_amount: amount, product, recurring }: Price) => ({
  id,
  object: "plan",
  active,
  amount,
  amount_decimal: String(amount),
  billing_scheme: "per_unit",
  created,
  currency,
  interval: recurring?.interval ?? "month",
  interval_count: recurring?.interval_count ?? 1,
  livemode: false,
  metadata: {},
  meter: null,
  nickname: null,
  product,
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: "licensed",
});

export const subscriptionOf = ({
  id,
  customer,
  item,
  metadata,
  created,
}: {
  id: string;
  customer: Customer;
  item: Item;
  metadata: Metadata;
  created: number;
}): Shown<Subscription> => ({
  id,
  object: "subscription",
  customer: customer.id,
  metadata,
  created,
  status: "active",
  test_clock: customer.test_clock,
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: created,
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: null, type: "classic" },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, reason: null },
  collection_method: "charge_automatically",
  currency: item.price.currency,
  customer_account: null,
  days_until_due: null,
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  ended_at: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: "self" },
  },
  items: { object: "list", data: [item], has_more: false, url: `/v1/subscription_items?subscription=${id}` },
  latest_invoice: null,
  livemode: false,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: "off" },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: created,
  transfer_data: null,
  trial_end: null,
  trial_settings: { end_behavior: { missing_payment_method: "create_invoice" } },
  trial_start: null,
});

interface InvoiceGiven {
  id: string;
  lineId: string;
  reason: "subscription_create" | "subscription_cycle";
  customer: Customer;
  subscription: Subscription;
  item: Item;
  created: number;
}

/** An open invoice over one period. */
export function invoiceOf({ id, lineId, reason, customer, subscription, item, created }: InvoiceGiven): Shown<Invoice> {
  const amount = item.price.unit_amount * item.quantity;
  const line = {
    id: lineId,
    object: "line_item",
    amount,
    currency: item.price.currency,
    description: null,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: id,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      type: "subscription_item_details",
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription: subscription.id,
        subscription_item: item.id,
      },
    },
    period: { start: item.current_period_start, end: item.current_period_end },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: item.price.id, product: item.price.product },
      type: "price_details",
      unit_amount_decimal: String(item.price.unit_amount),
    },
    quantity: item.quantity,
    quantity_decimal: String(item.quantity),
    subscription: subscription.id,
    subtotal: amount,
    taxes: [],
  };
  return {
    id,
    object: "invoice",
    customer: customer.id,
    created,
    currency: item.price.currency,
    total: amount,
    amount_due: amount,
    amount_paid: 0,
    amount_remaining: amount,
    attempt_count: 0,
    attempted: false,
    status: "open",
    next_payment_attempt: null,
    test_clock: customer.test_clock,
    status_transitions: { finalized_at: created, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: "subscription_details",
    },
    account_country: "US",
    account_name: null,
    account_tax_ids: null,
    amount_overpaid: 0,
    amount_shipping: 0,
    application: null,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: reason,
    collection_method: "charge_automatically",
    custom_fields: null,
    customer_account: null,
    customer_address: null,
    customer_email: customer.email,
    customer_name: customer.name,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: "none",
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: created,
    ending_balance: 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: "list", data: [line], has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: {},
    number: null,
    on_behalf_of: null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: created,
    period_start: created,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    subtotal: amount,
    subtotal_excluding_tax: amount,
    total_discount_amounts: [],
    total_excluding_tax: amount,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: created,
  };
}

export const invoicePaymentOf = (
  given: Pick<InvoicePayment, "id" | "invoice" | "amount_paid" | "status"> & {
    paymentIntent: string;
    amount: number;
    currency: string;
    created: number;
  },
): Shown<InvoicePayment> => ({
  id: given.id,
  object: "invoice_payment",
  amount_paid: given.amount_paid,
  amount_requested: given.amount,
  created: given.created,
  currency: given.currency,
  invoice: given.invoice,
  is_default: true,
  livemode: false,
  payment: { type: "payment_intent", payment_intent: given.paymentIntent },
  status: given.status,
  status_transitions: { canceled_at: null, paid_at: given.status === "paid" ? given.created : null },
});
