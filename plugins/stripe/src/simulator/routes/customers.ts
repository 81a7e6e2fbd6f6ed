import { invalid, missing } from "../errors.ts";
import { page, type StripeApi } from "../api.ts";
import { customerOf } from "../shapes/customer.ts";
import { end } from "../life/subscription.ts";

export function customerRoutes(api: StripeApi): void {
  api.post("/v1/customers", async (change, { form }) => {
    const clock = form.text("test_clock");
    const testClock = clock === null ? null : await change.get("test_clock", clock, "test_clock");
    const customer = customerOf({
      id: change.id("cus", 14),
      email: form.text("email"),
      name: form.text("name"),
      description: form.text("description"),
      metadata: form.metadata(),
      test_clock: testClock?.id ?? null,
      created: testClock?.frozen_time ?? change.now(),
    });
    await change.put("customer", customer);
    await change.emit("customer.created", customer);
    return customer;
  });

  api.get("/v1/customers/:id", async (look, { id }) => {
    const customer = await look.get("customer", id);
    return customer.deleted ? { id, object: "customer", deleted: true } : customer;
  });

  api.get("/v1/customers", async (look, { form }) => {
    const email = form.text("email");
    const all = (await look.list("customer")).filter(
      (customer) => !customer.deleted && (email === null || customer.email === email),
    );
    return page(all, form, "/v1/customers");
  });

  api.post("/v1/customers/:id", async (change, { id, form }) => {
    const customer = await change.get("customer", id);
    if (customer.deleted) throw missing("customer", id);
    const after = {
      ...customer,
      email: form.text("email") ?? customer.email,
      name: form.text("name") ?? customer.name,
      description: form.text("description") ?? customer.description,
      metadata: { ...customer.metadata, ...form.metadata() },
    };
    await change.put("customer", after);
    await change.emit("customer.updated", after);
    return after;
  });

  api.delete("/v1/customers/:id", async (change, { id }) => {
    const customer = await change.get("customer", id);
    if (customer.deleted) throw missing("customer", id);
    for (const subscription of await change.list("subscription", { owner: id })) {
      if (subscription.status !== "canceled") await end(change, subscription, "cancellation_requested");
    }
    await change.put("customer", { ...customer, deleted: true });
    await change.emit("customer.deleted", customer);
    return { id, object: "customer", deleted: true };
  });
}

/** The customer of a request, who must exist and not be deleted. */
export async function customerFor(look: Parameters<Parameters<StripeApi["get"]>[1]>[0], id: string | null) {
  if (id === null) throw invalid("The simulator wants a customer.", "customer", "parameter_missing");
  const customer = await look.find("customer", id);
  if (!customer || customer.deleted) throw Object.assign(missing("customer", id, "customer"), { status: 400 });
  return customer;
}
