import type { Handlers } from "../../platform/http/operation.ts";
import { createApiKey } from "./createApiKey.ts";
import type { ApiKeysDeps } from "./deps.ts";
import { getApiKey } from "./getApiKey.ts";
import { listApiKeys } from "./listApiKeys.ts";
import { reportApiKey } from "./reportApiKey.ts";
import { revokeApiKey } from "./revokeApiKey.ts";
import { rotateApiKey } from "./rotateApiKey.ts";
import { updateApiKey } from "./updateApiKey.ts";

export const apiKeysRoutes = (deps: ApiKeysDeps) =>
  ({
    createApiKey: createApiKey(deps),
    listApiKeys: listApiKeys(deps),
    getApiKey: getApiKey(deps),
    updateApiKey: updateApiKey(deps),
    rotateApiKey: rotateApiKey(deps),
    revokeApiKey: revokeApiKey(deps),
    reportApiKey: reportApiKey(deps),
  }) satisfies Partial<Handlers>;
