import type { Customer, PortalSession, Product, Price, Metadata, TestClock, Shown } from "./kinds.ts";

type Given<T, Fields extends keyof T> = Pick<T, Fields>;

export const customerOf = (
  given: Given<Customer, "id" | "email" | "name" | "description" | "metadata" | "test_clock"> & { created: number },
): Shown<Customer> => ({
  object: "customer",
  address: null,
  balance: 0,
  currency: null,
  default_source: null,
  delinquent: false,
  discount: null,
  invoice_prefix: given.id.slice(-8).toUpperCase(),
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
  livemode: false,
  next_invoice_sequence: 1,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: "none",
  customer_account: null,
  ...given,
});

export const productOf = (given: {
  id: string;
  name: string;
  metadata: Metadata;
  created: number;
}): Shown<Product> => ({
  object: "product",
  active: true,
  default_price: null,
  description: null,
  images: [],
  livemode: false,
  marketing_features: [],
  package_dimensions: null,
  shippable: null,
  statement_descriptor: null,
  tax_code: null,
  tax_details: null,
  type: "service",
  unit_label: null,
  updated: given.created,
  url: null,
  ...given,
});

export const priceOf = (
  given: Given<
    Price,
    "id" | "currency" | "created" | "lookup_key" | "metadata" | "product" | "recurring" | "unit_amount"
  > & { nickname: string | null },
): Shown<Price> => ({
  object: "price",
  active: true,
  billing_scheme: "per_unit",
  custom_unit_amount: null,
  livemode: false,
  tax_behavior: "unspecified",
  tiers_mode: null,
  transform_quantity: null,
  type: given.recurring ? "recurring" : "one_time",
  unit_amount_decimal: String(given.unit_amount),
  ...given,
});

export const portalSessionOf = (
  given: Given<PortalSession, "id" | "customer" | "return_url" | "url"> & { created: number },
): Shown<PortalSession> => ({
  object: "billing_portal.session",
  configuration: "bpc_simulated",
  flow: null,
  livemode: false,
  locale: null,
  on_behalf_of: null,
  customer_account: null,
  ...given,
});

const MONTH_SECONDS = 30 * 24 * 3600;

export const testClockOf = (
  given: Given<TestClock, "id" | "frozen_time" | "name"> & { created: number },
): Shown<TestClock> => ({
  object: "test_helpers.test_clock",
  deletes_after: given.created + MONTH_SECONDS,
  livemode: false,
  status: "ready",
  status_details: {},
  ...given,
});
