import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { DAY_MS } from "../../platform/time/index.ts";
import { exported } from "./exports.ts";
import { keepEventLog } from "./maintenance.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { EventsDeps } from "./deps.ts";
import { getEvent } from "./getEvent.ts";
import { listEvents } from "./listEvents.ts";

export const eventsSlice = ({ clock, db }: Services, { cursors }: Shared) =>
  ({
    api: () => ({ routes: routes({ db, cursors }) }),
    chores: [{ name: "keep the event log", everyMs: DAY_MS, run: () => keepEventLog(db, clock) }],
    exports: exported,
  }) satisfies Slice;

const routes = (deps: EventsDeps) =>
  ({ listEvents: listEvents(deps), getEvent: getEvent(deps) }) satisfies Partial<Handlers>;
