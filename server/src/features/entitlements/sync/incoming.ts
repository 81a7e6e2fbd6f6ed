import type { IncomingRegistry } from "../../incoming-events/index.ts";
import type { Cause } from "../revise.ts";
import { requestSync, requestSyncOfCharge, type RequestDeps } from "./request.ts";

/**
 * What the payment provider says makes its customer be looked at, and nothing else: what the event carries may be old, what
 * is read afterwards is not. So neither order nor repetition nor loss of events decides what anybody has.
 */
export function syncOnEvents(
  registry: IncomingRegistry,
  { provider, types }: { provider: string; types: readonly string[] },
  deps: RequestDeps,
): void {
  for (const type of types) {
    registry.on(provider, type, async (tx, { mode, providerEventId, data }) => {
      const cause: Cause = { kind: "provider_event", ids: [providerEventId] };
      const { customer, charge } = data;
      if (typeof customer === "string") await requestSync(deps, tx, { provider, mode, customerId: customer }, cause);
      else if (typeof charge === "string")
        await requestSyncOfCharge(deps, tx, { provider, mode, chargeId: charge }, cause);
    });
  }
}
