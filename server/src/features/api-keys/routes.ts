import type { Clock } from "../../platform/clock/index.ts";
import type { Config } from "../../platform/config/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { createApiKey } from "./createApiKey.ts";
import { getApiKey } from "./getApiKey.ts";
import { listApiKeys } from "./listApiKeys.ts";
import { revokeApiKey } from "./revokeApiKey.ts";

export interface ApiKeysDeps {
  db: Database;
  clock: Clock;
  config: Pick<Config, "keyPeppers">;
  cursors: Cursors;
}

export const apiKeysRoutes = (deps: ApiKeysDeps) =>
  ({
    createApiKey: createApiKey(deps),
    listApiKeys: listApiKeys(deps),
    getApiKey: getApiKey(deps),
    revokeApiKey: revokeApiKey(deps),
  }) satisfies Partial<Handlers>;
