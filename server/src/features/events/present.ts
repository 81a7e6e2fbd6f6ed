import type { components } from "../../generated/openapi.types.ts";
import type { EventPayload } from "./store.ts";

type Event = components["schemas"]["Event"];

/** An event as the API shows it: the payload that subscribers get, in the shape of every other object. */
export function presentEvent({ payload }: { payload: EventPayload }): Event {
  const { id, type, timestamp, data } = payload;
  return { object: "event", id, type, created_at: timestamp, data } as Event;
}
