/** The fields that the simulator itself reads or changes; the builders beside this file add all that Stripe shows. */

/** With all the fields that Stripe shows besides. */
export type Shown<T> = T & Readonly<Record<string, unknown>>;

export type Metadata = Record<string, string>;

export interface ListOf<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  url: string;
}

export interface Customer {
  id: string;
  object: "customer";
  deleted?: true;
  email: string | null;
  name: string | null;
  description: string | null;
  metadata: Metadata;
  test_clock: string | null;
}

export interface Product {
  id: string;
  object: "product";
  active: boolean;
  name: string;
  metadata: Metadata;
}

export interface Price {
  id: string;
  object: "price";
  active: boolean;
  currency: string;
  created: number;
  lookup_key: string | null;
  metadata: Metadata;
  product: string;
  recurring: {
    interval: Interval;
    interval_count: number;
    meter: null;
    trial_period_days: null;
    usage_type: "licensed";
  } | null;
  type: "recurring" | "one_time";
  unit_amount: number;
}
export type Interval = "day" | "week" | "month" | "year";

export interface Item {
  id: string;
  current_period_start: number;
  current_period_end: number;
  price: Price;
  quantity: number;
}

export interface Subscription {
  id: string;
  object: "subscription";
  customer: string;
  status: "active" | "past_due" | "canceled" | "unpaid" | "incomplete" | "incomplete_expired" | "trialing" | "paused";
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  ended_at: number | null;
  cancellation_details: { comment: null; feedback: null; reason: string | null };
  items: ListOf<Item>;
  latest_invoice: string | null;
  metadata: Metadata;
  test_clock: string | null;
}

export interface Invoice {
  id: string;
  object: "invoice";
  customer: string;
  currency: string;
  total: number;
  amount_due: number;
  amount_paid: number;
  amount_remaining: number;
  attempt_count: number;
  attempted: boolean;
  status: "draft" | "open" | "paid" | "void" | "uncollectible";
  status_transitions: {
    finalized_at: number | null;
    marked_uncollectible_at: null;
    paid_at: number | null;
    voided_at: null;
  };
  next_payment_attempt: number | null;
  parent: {
    quote_details: null;
    subscription_details: { metadata: Metadata; subscription: string };
    type: "subscription_details";
  };
}

export interface InvoicePayment {
  id: string;
  object: "invoice_payment";
  invoice: string;
  amount_paid: number | null;
  status: "open" | "paid";
  payment: { type: "payment_intent"; payment_intent: string };
}

export interface PaymentIntent {
  id: string;
  object: "payment_intent";
  customer: string;
  amount: number;
  currency: string;
  created: number;
  latest_charge: string | null;
  metadata: Metadata;
  status: "requires_payment_method" | "succeeded" | "canceled";
}

export interface Charge {
  id: string;
  object: "charge";
  customer: string;
  amount: number;
  amount_refunded: number;
  currency: string;
  disputed: boolean;
  paid: boolean;
  payment_intent: string;
  refunded: boolean;
  status: "succeeded" | "failed";
}

export interface Refund {
  id: string;
  object: "refund";
  amount: number;
  charge: string;
  payment_intent: string;
}

export interface Dispute {
  id: string;
  object: "dispute";
  amount: number;
  charge: string;
  payment_intent: string;
  status: "needs_response" | "under_review" | "won" | "lost";
}

export interface LineItem {
  id: string;
  price: Price;
  quantity: number;
}

export interface CheckoutSession {
  id: string;
  object: "checkout.session";
  amount_total: number;
  cancel_url: string | null;
  currency: string;
  customer: string;
  expires_at: number;
  invoice: string | null;
  metadata: Metadata;
  mode: "payment" | "subscription";
  payment_intent: string | null;
  payment_status: "paid" | "unpaid";
  status: "open" | "complete" | "expired";
  subscription: string | null;
  success_url: string;
  url: string | null;
}

/** What a session was made with and does not show. */
export interface SessionPlan {
  id: string;
  lines: LineItem[];
  /** Of the subscription, or of the payment. */
  metadata: Metadata;
}

export interface PortalSession {
  id: string;
  object: "billing_portal.session";
  customer: string;
  return_url: string | null;
  url: string;
}

export interface TestClock {
  id: string;
  object: "test_helpers.test_clock";
  frozen_time: number;
  name: string | null;
}

export interface Event {
  id: string;
  object: "event";
  type: string;
  created: number;
  data: { object: Record<string, unknown> };
}

export interface Kinds {
  customer: Customer;
  product: Product;
  price: Price;
  subscription: Subscription;
  invoice: Invoice;
  invoice_payment: InvoicePayment;
  payment_intent: PaymentIntent;
  charge: Charge;
  refund: Refund;
  dispute: Dispute;
  checkout_session: CheckoutSession;
  session_plan: SessionPlan;
  portal_session: PortalSession;
  test_clock: TestClock;
  event: Event;
  /** A webhook on its way: when it is due in ms since 1970; null while it is held. */
  delivery: { id: string; event: string; attempts: number; due_at: number | null };
  /** What becomes of webhooks. */
  mood: { id: "mood"; mode: WebhookMood };
  /** How far everybody's time was moved on. */
  offset: { id: "clock_of_all"; seconds: number };
  /** An answer that a key was given. */
  answer: { id: string; fingerprint: string; status: number; body: object; created: number };
}

export type WebhookMood = "send" | "hold" | "drop" | "duplicate";
