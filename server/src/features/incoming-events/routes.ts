import type { Handlers } from "../../platform/http/operation.ts";
import type { IncomingEventsDeps } from "./deps.ts";
import { listIncomingEvents } from "./listIncomingEvents.ts";
import { receiveIncomingEvent } from "./receiveIncomingEvent.ts";
import { retryIncomingEvent } from "./retryIncomingEvent.ts";

export const incomingEventsRoutes = (deps: IncomingEventsDeps) =>
  ({
    receiveIncomingEvent: receiveIncomingEvent(deps),
    listIncomingEvents: listIncomingEvents(deps),
    retryIncomingEvent: retryIncomingEvent(deps),
  }) satisfies Partial<Handlers>;
