import { eventDescriptions, eventTypes } from "../../generated/events.ts";
import { ok, type Handler } from "../../platform/http/operation.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import { presentEvent } from "../events/index.ts";
import type { WebhooksDeps } from "./deps.ts";
import { sampleData } from "./samples.ts";

/** Every type that an endpoint can subscribe to, with what it means and a sample of it. */
export const listEventTypes =
  ({ clock }: Pick<WebhooksDeps, "clock">): Handler<"listEventTypes"> =>
  async () => {
    const now = clock.now();
    const data = eventTypes.map((type) => {
      const payload = {
        id: encodeId("evt", newId()),
        type,
        timestamp: now.toISOString(),
        data: sampleData(type, newId(), now),
      };
      return {
        object: "event_type" as const,
        name: type,
        description: eventDescriptions[type],
        example: presentEvent({ payload }),
      };
    });
    return ok({ object: "list", data });
  };
