import type { Charge, Dispute, Metadata, PaymentIntent, Refund, Shown } from "./kinds.ts";

interface Payment {
  customer: string;
  amount: number;
  currency: string;
  metadata: Metadata;
  created: number;
}

const declined = {
  charge: null,
  code: "card_declined",
  decline_code: "generic_decline",
  doc_url: "https://docs.stripe.com/error-codes/card-declined",
  message: "Your card was declined.",
  type: "card_error",
};

export const paymentIntentOf = ({
  id,
  charge,
  succeeded,
  ...payment
}: Payment & { id: string; charge: string; succeeded: boolean }): Shown<PaymentIntent> => ({
  id,
  object: "payment_intent",
  ...payment,
  latest_charge: charge,
  status: succeeded ? "succeeded" : "requires_payment_method",
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: succeeded ? payment.amount : 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: "automatic",
  client_secret: `${id}_secret_simulated`,
  confirmation_method: "automatic",
  customer_account: null,
  description: null,
  excluded_payment_method_types: null,
  last_payment_error: succeeded ? null : { ...declined, charge },
  livemode: false,
  managed_payments: null,
  next_action: null,
  on_behalf_of: null,
  payment_method: null,
  payment_method_configuration_details: null,
  payment_method_options: {},
  payment_method_types: ["card"],
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
});

const nobody = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

export const chargeOf = ({
  id,
  paymentIntent,
  succeeded,
  ...payment
}: Payment & { id: string; paymentIntent: string; succeeded: boolean }): Shown<Charge> => ({
  id,
  object: "charge",
  ...payment,
  payment_intent: paymentIntent,
  paid: succeeded,
  status: succeeded ? "succeeded" : "failed",
  refunded: false,
  disputed: false,
  amount_captured: succeeded ? payment.amount : 0,
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null,
  billing_details: { address: nobody, email: null, name: null, phone: null, tax_id: null },
  calculated_statement_descriptor: null,
  captured: succeeded,
  description: null,
  failure_balance_transaction: null,
  failure_code: succeeded ? null : declined.code,
  failure_message: succeeded ? null : declined.message,
  fraud_details: {},
  livemode: false,
  on_behalf_of: null,
  outcome: {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: succeeded ? "approved_by_network" : "declined_by_network",
    reason: succeeded ? null : "generic_decline",
    seller_message: succeeded ? "Payment complete." : "The bank did not return any further details.",
    type: succeeded ? "authorized" : "issuer_declined",
  },
  payment_method: null,
  payment_method_details: null,
  receipt_email: null,
  receipt_number: null,
  receipt_url: null,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
});

export const refundOf = ({
  id,
  charge,
  amount,
  reason,
  created,
}: {
  id: string;
  charge: Charge;
  amount: number;
  reason: string | null;
  created: number;
}): Shown<Refund> => ({
  id,
  object: "refund",
  amount,
  charge: charge.id,
  payment_intent: charge.payment_intent,
  created,
  currency: charge.currency,
  customer: charge.customer,
  customer_account: null,
  balance_transaction: null,
  destination_details: { card: { type: "refund" }, type: "card" },
  metadata: {},
  payment_method: null,
  reason,
  receipt_number: null,
  source_transfer_reversal: null,
  status: "succeeded",
  transfer_reversal: null,
});

const noEvidence = Object.fromEntries(
  [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
  ].map((name) => [name, null]),
);

const TWO_WEEKS_SECONDS = 14 * 24 * 3600;

export const disputeOf = ({
  id,
  charge,
  created,
}: {
  id: string;
  charge: Charge;
  created: number;
}): Shown<Dispute> => ({
  id,
  object: "dispute",
  amount: charge.amount,
  charge: charge.id,
  payment_intent: charge.payment_intent,
  status: "needs_response",
  created,
  balance_transactions: [],
  currency: charge.currency,
  enhanced_eligibility_types: [],
  evidence: { ...noEvidence, enhanced_evidence: {} },
  evidence_details: {
    due_by: created + TWO_WEEKS_SECONDS,
    enhanced_eligibility: {},
    has_evidence: false,
    past_due: false,
    submission_count: 0,
  },
  is_charge_refundable: false,
  livemode: false,
  metadata: {},
  payment_method_details: null,
  reason: "fraudulent",
});
