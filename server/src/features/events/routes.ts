import type { Handlers } from "../../platform/http/operation.ts";
import type { EventsDeps } from "./deps.ts";
import { getEvent } from "./getEvent.ts";
import { listEvents } from "./listEvents.ts";

export const eventsRoutes = (deps: EventsDeps) =>
  ({ listEvents: listEvents(deps), getEvent: getEvent(deps) }) satisfies Partial<Handlers>;
