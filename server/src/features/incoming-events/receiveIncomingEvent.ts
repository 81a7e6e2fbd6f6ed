import type { IncomingHttpHeaders } from "node:http";
import type { Handler } from "../../platform/http/operation.ts";
import { newId } from "../../platform/ids/index.ts";
import type { IncomingEventsDeps } from "./deps.ts";
import { createIncomingMetrics } from "./metrics.ts";
import { incomingEventKind, pointerTo, insertIncomingEvent } from "./store.ts";
import { sealDelivery } from "./sealed-delivery.ts";
import { verifyDelivery } from "./verify.ts";

export const receiveIncomingEvent = (deps: Omit<IncomingEventsDeps, "cursors">): Handler<"receiveIncomingEvent"> => {
  const { db, clock, keyRing, log, work } = deps;
  const metrics = createIncomingMetrics(deps.metrics.registry);
  return async ({ path: { plugin }, headers, body, requestId, signal }) => {
    const delivery = { headers: flat(headers), body };
    const { mode, providerEventId, occurredAt } = await verifyDelivery(deps, {
      plugin,
      delivery,
      requestId,
      signal,
    }).catch((error: unknown) => {
      metrics.refused(plugin, error);
      throw error;
    });
    const id = newId();
    const stored = await db.asSystem("a provider's webhook: whose it is shows when it is processed", (tx) =>
      insertIncomingEvent(tx, {
        id,
        plugin,
        mode,
        provider_event_id: providerEventId,
        delivery: sealDelivery(keyRing, id, delivery),
        request_id: requestId,
        occurred_at: occurredAt,
        received_at: clock.now(),
      }),
    );
    if (!stored) {
      log.info({ plugin, mode, provider_event_id: providerEventId, request_id: requestId }, "skipped replay");
      return { status: 200 };
    }
    await work.enqueue(incomingEventKind, pointerTo(id));
    return { status: 202 };
  };
};

/** As the kit wants them: names in lower case, repeated ones joined. */
function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
