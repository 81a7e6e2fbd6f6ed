import { page, type StripeApi } from "../api.ts";
import { invalid } from "../errors.ts";
import { changePrice, end, endWithPeriod, subscribe, update } from "../life/subscription.ts";
import { customerFor } from "./customers.ts";

export function subscriptionRoutes(api: StripeApi): void {
  api.post("/v1/subscriptions", async (change, { form }) => {
    const customer = await customerFor(change, form.text("customer"));
    const [item, ...more] = form.parts("items");
    if (!item || more.length > 0) throw invalid("The simulator wants exactly one item.", "items");
    const price = await change.get("price", item.wanted("price"), "items[0][price]");
    const { subscription } = await subscribe(change, {
      customer,
      price,
      quantity: item.integer("quantity") ?? 1,
      metadata: form.metadata(),
    });
    item.done();
    return subscription;
  });

  api.get("/v1/subscriptions/:id", async (look, { id }) => look.get("subscription", id));

  api.get("/v1/subscriptions", async (look, { form }) => {
    const [owner, status, price] = [form.text("customer"), form.text("status"), form.text("price")];
    const all = await look.list("subscription", owner === null ? {} : { owner });
    const wanted = (one: (typeof all)[number]) => {
      if (price !== null && !one.items.data.some((item) => item.price.id === price)) return false;
      if (status === "all") return true;
      return status === null
        ? one.status !== "canceled"
        : one.status === status || (status === "ended" && one.status === "canceled");
    };
    return page(all.filter(wanted), form, "/v1/subscriptions");
  });

  api.post("/v1/subscriptions/:id", async (change, { id, form }) => {
    let subscription = await change.get("subscription", id);
    const [ends, metadata, [item]] = [form.flag("cancel_at_period_end"), form.metadata(), form.parts("items")];
    form.oneOf("proration_behavior", ["none", "create_prorations", "always_invoice"]);
    if (item) {
      if (item.text("id") !== subscription.items.data[0]?.id)
        throw invalid("The simulator changes the one item that there is: name it by `id`.", "items[0][id]");
      subscription = await changePrice(
        change,
        subscription,
        await change.get("price", item.wanted("price"), "items[0][price]"),
      );
      item.done();
    }
    if (ends !== null) subscription = await endWithPeriod(change, subscription, ends);
    return update(change, subscription, { metadata: { ...subscription.metadata, ...metadata } });
  });

  api.delete("/v1/subscriptions/:id", async (change, { id }) =>
    end(change, await change.get("subscription", id), "cancellation_requested"),
  );

  api.get("/v1/invoices/:id", async (look, { id }) => look.get("invoice", id));

  api.get("/v1/invoices", async (look, { form }) => {
    const [owner, status, subscription] = [form.text("customer"), form.text("status"), form.text("subscription")];
    const all = await look.list("invoice", owner === null ? {} : { owner });
    const fitting = all.filter(
      (one) =>
        (status === null || one.status === status) &&
        (subscription === null || one.parent.subscription_details.subscription === subscription),
    );
    return page(fitting, form, "/v1/invoices");
  });
}
