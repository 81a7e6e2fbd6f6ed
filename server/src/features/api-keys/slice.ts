import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { createAuthenticator } from "./authenticator.ts";
import { endKeys } from "./end-keys.ts";
import { exported } from "./exports.ts";
import { createExposureDesk } from "./exposure-desk.ts";
import { exposureKind, exposureWork } from "./exposure.ts";
import { rotationReminderKind, rotationReminderWork } from "./rotation-reminder.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { createApiKey } from "./createApiKey.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { getApiKey } from "./getApiKey.ts";
import { listApiKeys } from "./listApiKeys.ts";
import { reportApiKey } from "./reportApiKey.ts";
import { revokeApiKey } from "./revokeApiKey.ts";
import { rotateApiKey } from "./rotateApiKey.ts";
import { updateApiKey } from "./updateApiKey.ts";

export const apiKeysSlice = (services: Services, { cursors, emit, notify }: Shared) => {
  const { clock, db, log } = services;
  const deps = { db, clock, emit, notify };
  return {
    api: () => {
      const authenticator = createAuthenticator(services);
      const exposures = createExposureDesk({ db, kind: exposureWork(deps), log });
      return {
        routes: routes({ ...services, cursors, emit, exposures }),
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

const routes = (deps: ApiKeysDeps) =>
  ({
    createApiKey: createApiKey(deps),
    listApiKeys: listApiKeys(deps),
    getApiKey: getApiKey(deps),
    updateApiKey: updateApiKey(deps),
    rotateApiKey: rotateApiKey(deps),
    revokeApiKey: revokeApiKey(deps),
    reportApiKey: reportApiKey(deps),
  }) satisfies Partial<Handlers>;
