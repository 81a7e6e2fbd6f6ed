import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Together } from "../../slice.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { forgetIncomingEvents } from "./maintenance.ts";
import { incomingEventsRoutes } from "./routes.ts";
import { incomingEventKind } from "./work-names.ts";
import { incomingEventWork } from "./work.ts";

export const incomingEventsSlice = (services: Services, { cursors }: Shared) => {
  const { clock, config, db, keyRing, plugins } = services;
  return {
    api: () => ({ routes: incomingEventsRoutes({ ...services, cursors }) }),
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
