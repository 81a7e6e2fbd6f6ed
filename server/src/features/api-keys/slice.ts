import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { createAuthenticator } from "./authenticator.ts";
import { endKeys } from "./end-keys.ts";
import { exported } from "./exports.ts";
import { createExposureDesk } from "./exposure-desk.ts";
import { exposureWork } from "./exposure.ts";
import { rotationReminderWork } from "./rotation-reminder.ts";
import { apiKeysRoutes } from "./routes.ts";
import { exposureKind, rotationReminderKind } from "./work-names.ts";

export const apiKeysSlice = (services: Services, { cursors, emit, notify }: Shared) => {
  const { clock, db, log } = services;
  const deps = { db, clock, emit, notify };
  return {
    api: () => {
      const authenticator = createAuthenticator(services);
      const exposures = createExposureDesk({ db, kind: exposureWork(deps), log });
      return {
        routes: apiKeysRoutes({ ...services, cursors, emit, exposures }),
        authenticator,
        close: async () => {
          await exposures.close();
          await authenticator.close();
        },
      };
    },
    work: [
      { name: exposureKind, open: () => exposureWork(deps) },
      { name: rotationReminderKind, open: () => rotationReminderWork(deps) },
    ],
    credentials: { end: endKeys, endUnproven: endKeys },
    exports: exported,
  } satisfies Slice;
};
