import type { Handlers } from "../../platform/http/operation.ts";
import { createApiKey } from "./createApiKey.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { getApiKey } from "./getApiKey.ts";
import { listApiKeys } from "./listApiKeys.ts";
import { revokeApiKey } from "./revokeApiKey.ts";

export const apiKeysRoutes = (deps: ApiKeysDeps) =>
  ({
    createApiKey: createApiKey(deps),
    listApiKeys: listApiKeys(deps),
    getApiKey: getApiKey(deps),
    revokeApiKey: revokeApiKey(deps),
  }) satisfies Partial<Handlers>;
