import type { SimulatorStore } from "@musicverse/plugin-kit/simulator";
import type { Kind } from "./world.ts";

const DAY_MS = 24 * 3600_000;
const EVERY_MS = 3600_000;

/** How long what is of no further use is kept, in days: answers as long as their keys count, events as long as Stripe shows them. */
const keptDays: Partial<Record<Kind, number>> = {
  answer: 1,
  event: 30,
  delivery: 30,
  checkout_session: 30,
  session_plan: 30,
  portal_session: 1,
};

/** Forgets what is old, now and each hour; answers the function that ends it. */
export function keepTidy(store: SimulatorStore): () => void {
  const run = (): void => {
    for (const [kind, days] of Object.entries(keptDays)) {
      // The next hour tries again.
      store.transaction((writer) => writer.forget(kind, new Date(Date.now() - days * DAY_MS))).catch(() => undefined);
    }
  };
  const timer = setInterval(run, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
