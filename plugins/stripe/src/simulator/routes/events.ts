import { page, type StripeApi } from "../api.ts";
import { invalid } from "../errors.ts";
import { settleDue } from "../life/subscription.ts";
import { testClockOf } from "../shapes/customer.ts";

const EVENTS_MAX = 1_000;

export function eventRoutes(api: StripeApi): void {
  api.get("/v1/events/:id", async (look, { id }) => look.get("event", id));

  api.get("/v1/events", async (look, { form }) => {
    const [type, types] = [form.text("type"), form.texts("types")];
    const all = await look.list("event", { limit: EVENTS_MAX });
    const fitting = all.filter(
      (event) => (type === null || event.type === type) && (types.length === 0 || types.includes(event.type)),
    );
    return page(fitting, form, "/v1/events");
  });

  api.post("/v1/test_helpers/test_clocks", async (change, { form }) => {
    const frozen = form.integer("frozen_time");
    if (frozen === null) throw invalid("Missing required param: frozen_time.", "frozen_time", "parameter_missing");
    const clock = testClockOf({
      id: change.id("clock"),
      frozen_time: frozen,
      name: form.text("name"),
      created: change.now(),
    });
    await change.put("test_clock", clock);
    return clock;
  });

  api.get("/v1/test_helpers/test_clocks/:id", async (look, { id }) => look.get("test_clock", id));

  api.post("/v1/test_helpers/test_clocks/:id/advance", async (change, { id, form }) => {
    const clock = await change.get("test_clock", id);
    const to = form.integer("frozen_time");
    if (to === null || to <= clock.frozen_time)
      throw invalid("`frozen_time` must be after the current frozen time.", "frozen_time");
    const after = { ...clock, frozen_time: to };
    await change.put("test_clock", after);
    await settleDue(
      change,
      (await change.list("subscription")).filter(({ test_clock: of }) => of === id),
    );
    return after;
  });
}
