import type { components } from "../../generated/openapi.types.ts";
import type { EventType } from "../../generated/events.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import type { WorkEngine } from "../../platform/work/index.ts";
import { presentEvent, recordEvent } from "../events/index.ts";
import { endRest, insertDelivery } from "./delivery-store.ts";
import { drainKind } from "./delivery/work.ts";
import { sampleData } from "./samples.ts";

export interface TestEventDeps {
  clock: Clock;
  work: Pick<WorkEngine, "enqueue">;
}

/** Sends a sample of an event to this endpoint only, the way real ones go. Its circuit, if open, is tried at once. */
export async function sendTestEvent(
  { clock, work }: TestEventDeps,
  tx: TenantTx,
  { webhookId, type, requestId }: { webhookId: string; type: EventType; requestId: string },
): Promise<components["schemas"]["Event"]> {
  const data = sampleData(type, webhookId, clock.now());
  const { row, payload } = await recordEvent(tx, clock, { type, data, requestId, webhookId });
  await insertDelivery(tx, { webhookId, eventId: row.id, eventType: type, now: row.createdAt });
  await endRest(tx, webhookId);
  tx.afterCommit(() => work.enqueue(drainKind, { id: webhookId, accountId: tx.accountId }));
  return presentEvent({ payload });
}
