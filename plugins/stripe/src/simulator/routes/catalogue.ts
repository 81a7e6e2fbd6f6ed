import { page, type StripeApi } from "../api.ts";
import { invalid } from "../errors.ts";
import { priceOf, productOf } from "../shapes/customer.ts";
import type { Form } from "../form.ts";
import type { Change } from "../world.ts";

export function catalogueRoutes(api: StripeApi): void {
  api.post("/v1/products", async (change, { form }) => productFrom(change, form));

  api.get("/v1/products/:id", async (look, { id }) => look.get("product", id));

  api.get("/v1/products", async (look, { form }) => page(await look.list("product"), form, "/v1/products"));

  api.post("/v1/prices", async (change, { form }) => {
    const data = form.part("product_data");
    const named = form.text("product");
    const product = data ? await productFrom(change, data) : await change.get("product", named ?? "", "product");
    data?.done();
    const recurring = form.part("recurring");
    const lookupKey = form.text("lookup_key");
    const holder =
      lookupKey === null ? undefined : (await change.list("price")).find(({ lookup_key: key }) => key === lookupKey);
    if (holder && form.flag("transfer_lookup_key") !== true)
      throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, "lookup_key");
    if (holder) await change.put("price", { ...holder, lookup_key: null });
    const amount = form.integer("unit_amount");
    if (amount === null || amount < 0)
      throw invalid("Missing required param: unit_amount.", "unit_amount", "parameter_missing");
    const price = priceOf({
      id: change.id("price"),
      currency: form.wanted("currency"),
      created: change.now(),
      lookup_key: lookupKey,
      metadata: form.metadata(),
      nickname: form.text("nickname"),
      product: product.id,
      unit_amount: amount,
      recurring: recurring && {
        interval: recurring.oneOf("interval", ["day", "week", "month", "year"]) ?? "month",
        interval_count: recurring.integer("interval_count") ?? 1,
        meter: null,
        trial_period_days: null,
        usage_type: "licensed",
      },
    });
    recurring?.done();
    await change.put("price", price);
    await change.emit("price.created", price);
    return price;
  });

  api.get("/v1/prices/:id", async (look, { id }) => look.get("price", id));

  api.get("/v1/prices", async (look, { form }) => {
    const keys = form.texts("lookup_keys");
    const active = form.flag("active");
    const fitting = (await look.list("price")).filter(
      (price) =>
        (keys.length === 0 || (price.lookup_key !== null && keys.includes(price.lookup_key))) &&
        (active === null || price.active === active),
    );
    return page(fitting, form, "/v1/prices");
  });
}

async function productFrom(change: Change, form: Form) {
  const product = productOf({
    id: change.id("prod", 14),
    name: form.wanted("name"),
    metadata: form.metadata(),
    created: change.now(),
  });
  await change.put("product", product);
  await change.emit("product.created", product);
  return product;
}
