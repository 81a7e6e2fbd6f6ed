import { incomingEventKind } from "./store.ts";
import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Together } from "../../slice.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { forgetIncomingEvents } from "./maintenance.ts";
import { incomingEventWork } from "./work.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { IncomingEventsDeps } from "./deps.ts";
import { listIncomingEvents } from "./listIncomingEvents.ts";
import { receiveIncomingEvent } from "./receiveIncomingEvent.ts";
import { retryIncomingEvent } from "./retryIncomingEvent.ts";

export const incomingEventsSlice = (services: Services, { cursors }: Shared) => {
  const { clock, config, db, keyRing, plugins } = services;
  return {
    api: () => ({ routes: routes({ ...services, cursors }) }),
    work: [
      {
        name: incomingEventKind,
        open: ({ incoming }: Together) =>
          incomingEventWork({ db, clock, keyRing, plugins, registry: incoming, leaseMs: config.leaseMs }),
      },
    ],
    chores: [{ name: "forget incoming events", everyMs: HOUR_MS, run: () => forgetIncomingEvents({ db, clock }) }],
  } satisfies Slice;
};

const routes = (deps: IncomingEventsDeps) =>
  ({
    receiveIncomingEvent: receiveIncomingEvent(deps),
    listIncomingEvents: listIncomingEvents(deps),
    retryIncomingEvent: retryIncomingEvent(deps),
  }) satisfies Partial<Handlers>;
