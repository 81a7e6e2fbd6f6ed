import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { getEvent } from "./getEvent.ts";
import { listEvents } from "./listEvents.ts";

export interface EventsDeps {
  db: Database;
  cursors: Cursors;
}

export const eventsRoutes = (deps: EventsDeps) =>
  ({ listEvents: listEvents(deps), getEvent: getEvent(deps) }) satisfies Partial<Handlers>;
