import type { Handlers } from "../../platform/http/operation.ts";
import { createOauthClient } from "./createOauthClient.ts";
import { deleteOauthClient } from "./deleteOauthClient.ts";
import type { OauthDeps } from "./deps.ts";
import { getOauthClient } from "./getOauthClient.ts";
import { listConnectedApps } from "./listConnectedApps.ts";
import { listOauthClients } from "./listOauthClients.ts";
import { revokeConnectedApp } from "./revokeConnectedApp.ts";
import { rotateOauthClientSecret } from "./rotateOauthClientSecret.ts";
import { updateOauthClient } from "./updateOauthClient.ts";

export const oauthRoutes = (deps: OauthDeps) =>
  ({
    createOauthClient: createOauthClient(deps),
    listOauthClients: listOauthClients(deps),
    getOauthClient: getOauthClient(deps),
    updateOauthClient: updateOauthClient(deps),
    deleteOauthClient: deleteOauthClient(deps),
    rotateOauthClientSecret: rotateOauthClientSecret(deps),
    listConnectedApps: listConnectedApps(deps),
    revokeConnectedApp: revokeConnectedApp(deps),
  }) satisfies Partial<Handlers>;
