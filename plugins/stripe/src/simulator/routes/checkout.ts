import { page, type StripeApi } from "../api.ts";
import { invalid } from "../errors.ts";
import { expire, planIdOf } from "../life/checkout.ts";
import { checkoutSessionOf, lineItemOf } from "../shapes/checkout.ts";
import { portalSessionOf } from "../shapes/customer.ts";
import type { Form } from "../form.ts";
import type { LineItem, Metadata } from "../shapes/kinds.ts";
import type { Change } from "../world.ts";
import { customerFor } from "./customers.ts";

const DAY_SECONDS = 24 * 3600;

/** `pagesUrl`: under which address browsers find the pages. */
export function checkoutRoutes(api: StripeApi, pagesUrl: () => string): void {
  api.post("/v1/checkout/sessions", async (change, { form }) => {
    const mode = form.oneOf("mode", ["payment", "subscription"]) ?? "payment";
    const customer = await customerFor(change, form.text("customer"));
    const created = change.now(customer);
    const lines = await linesFrom(change, form);
    const wantsRecurring = mode === "subscription";
    if (lines.some(({ price }) => (price.recurring !== null) !== wantsRecurring)) {
      throw invalid(
        wantsRecurring
          ? "You must provide at least one recurring price in `subscription` mode when using prices."
          : "You specified `payment` mode but passed a recurring price.",
        "mode",
      );
    }
    const id = change.id("cs_test", 58);
    const session = checkoutSessionOf({
      id,
      url: `${pagesUrl()}/pay/${id}`,
      mode,
      customer: customer.id,
      lines,
      metadata: form.metadata(),
      created,
      successUrl: wantedUrl(form, "success_url"),
      cancelUrl: form.text("cancel_url"),
      clientReference: form.text("client_reference_id"),
      expiresAt: form.integer("expires_at") ?? created + DAY_SECONDS,
    });
    const metadata = metadataOf(form, mode === "subscription" ? "subscription_data" : "payment_intent_data");
    await change.put("checkout_session", session);
    await change.put("session_plan", { id: planIdOf(id), lines, metadata });
    return session;
  });

  api.get("/v1/checkout/sessions/:id", async (look, { id }) => look.get("checkout_session", id));

  api.post("/v1/checkout/sessions/:id/expire", async (change, { id }) =>
    expire(change, await change.get("checkout_session", id)),
  );

  api.get("/v1/checkout/sessions", async (look, { form }) => {
    const [owner, status, subscription] = [
      form.text("customer"),
      form.oneOf("status", ["open", "complete", "expired"]),
      form.text("subscription"),
    ];
    const all = await look.list("checkout_session", owner === null ? {} : { owner });
    const fitting = all.filter(
      (one) =>
        (status === null || one.status === status) && (subscription === null || one.subscription === subscription),
    );
    return page(fitting, form, "/v1/checkout/sessions");
  });

  api.post("/v1/billing_portal/sessions", async (change, { form }) => {
    const customer = await customerFor(change, form.text("customer"));
    const id = change.id("bps");
    const session = portalSessionOf({
      id,
      customer: customer.id,
      return_url: form.text("return_url"),
      url: `${pagesUrl()}/portal/${id}`,
      created: change.now(customer),
    });
    await change.put("portal_session", session);
    return session;
  });
}

async function linesFrom(change: Change, form: Form): Promise<LineItem[]> {
  const lines: LineItem[] = [];
  for (const part of form.parts("line_items")) {
    const price = await change.find("price", part.wanted("price"));
    if (!price) throw invalid("No such price.", "line_items[0][price]", "resource_missing");
    const product = await change.get("product", price.product);
    lines.push(
      lineItemOf({ id: change.id("li"), price, quantity: part.integer("quantity") ?? 1, description: product.name }),
    );
    part.done();
  }
  if (lines.length === 0) throw invalid("Missing required param: line_items.", "line_items", "parameter_missing");
  return lines;
}

function metadataOf(form: Form, name: string): Metadata {
  const part = form.part(name);
  const metadata = part?.metadata() ?? {};
  part?.done();
  return metadata;
}

/** Stripe fills the id in itself, so the braces are no part of the address yet. */
function wantedUrl(form: Form, name: string): string {
  const value = form.wanted(name);
  if (!URL.canParse(value.replaceAll("{CHECKOUT_SESSION_ID}", "x")))
    throw invalid("Not a valid URL", name, "url_invalid");
  return value;
}
