import type { CheckoutSession, LineItem, Metadata, Price, Shown } from "./kinds.ts";

interface Given {
  id: string;
  url: string;
  mode: CheckoutSession["mode"];
  customer: string;
  lines: readonly LineItem[];
  successUrl: string;
  cancelUrl: string | null;
  clientReference: string | null;
  metadata: Metadata;
  created: number;
  expiresAt: number;
}

export function checkoutSessionOf(given: Given): Shown<CheckoutSession> {
  const amount = given.lines.reduce((sum, { price, quantity }) => sum + price.unit_amount * quantity, 0);
  const subscribes = given.mode === "subscription";
  return {
    id: given.id,
    object: "checkout.session",
    mode: given.mode,
    customer: given.customer,
    url: given.url,
    metadata: given.metadata,
    created: given.created,
    success_url: given.successUrl,
    cancel_url: given.cancelUrl,
    client_reference_id: given.clientReference,
    expires_at: given.expiresAt,
    amount_subtotal: amount,
    amount_total: amount,
    currency: given.lines[0]?.price.currency ?? "usd",
    payment_status: "unpaid",
    status: "open",
    subscription: null,
    payment_intent: null,
    invoice: null,
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer_account: null,
    customer_creation: null,
    customer_details: null,
    customer_email: null,
    discounts: [],
    integration_identifier: null,
    invoice_creation: subscribes
      ? null
      : {
          enabled: false,
          invoice_data: {
            account_tax_ids: null,
            custom_fields: null,
            description: null,
            footer: null,
            issuer: null,
            metadata: {},
            rendering_options: null,
          },
        },
    livemode: false,
    locale: null,
    managed_payments: null,
    origin_context: null,
    payment_link: null,
    payment_method_collection: subscribes ? "always" : "if_required",
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    submit_type: null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: "hosted_page",
    wallet_options: null,
  };
}

export const lineItemOf = ({
  id,
  price,
  quantity,
  description,
}: {
  id: string;
  price: Price;
  quantity: number;
  description: string;
}): Shown<LineItem> => ({
  id,
  object: "item",
  price,
  quantity,
  description,
  currency: price.currency,
  metadata: {},
  adjustable_quantity: null,
  amount_discount: 0,
  amount_subtotal: price.unit_amount * quantity,
  amount_tax: 0,
  amount_total: price.unit_amount * quantity,
});
