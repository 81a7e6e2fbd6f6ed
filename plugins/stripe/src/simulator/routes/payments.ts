import { page, type StripeApi } from "../api.ts";
import { invalid } from "../errors.ts";
import { refund } from "../life/payment.ts";

export function paymentRoutes(api: StripeApi): void {
  api.get("/v1/payment_intents/:id", async (look, { id }) => look.get("payment_intent", id));

  api.get("/v1/payment_intents", async (look, { form }) => {
    const owner = form.text("customer");
    return page(await look.list("payment_intent", owner === null ? {} : { owner }), form, "/v1/payment_intents");
  });

  api.get("/v1/charges/:id", async (look, { id }) => look.get("charge", id));

  api.get("/v1/charges", async (look, { form }) => {
    const [owner, intent] = [form.text("customer"), form.text("payment_intent")];
    const all = await look.list("charge", owner === null ? {} : { owner });
    return page(
      all.filter((charge) => intent === null || charge.payment_intent === intent),
      form,
      "/v1/charges",
    );
  });

  api.post("/v1/refunds", async (change, { form }) => {
    const [chargeId, intentId, amount] = [form.text("charge"), form.text("payment_intent"), form.integer("amount")];
    const reason = form.oneOf("reason", ["duplicate", "fraudulent", "requested_by_customer"]);
    const id =
      chargeId ??
      (intentId === null ? null : (await change.get("payment_intent", intentId, "payment_intent")).latest_charge);
    if (id === null)
      throw invalid(
        "One of the following params should be provided for this request: payment_intent or charge.",
        "charge",
        "parameter_missing",
      );
    return refund(change, await change.get("charge", id, "charge"), { amount, reason });
  });

  api.get("/v1/disputes/:id", async (look, { id }) => look.get("dispute", id));

  api.get("/v1/disputes", async (look, { form }) => {
    const [charge, intent] = [form.text("charge"), form.text("payment_intent")];
    const all = await look.list("dispute");
    return page(
      all.filter(
        (one) => (charge === null || one.charge === charge) && (intent === null || one.payment_intent === intent),
      ),
      form,
      "/v1/disputes",
    );
  });
}
