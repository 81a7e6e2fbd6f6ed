import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { addressLimits, badCredentialBucket, headersFor } from "../limits/index.ts";
import { createAuthorizationServer } from "./authorization-server/server.ts";
import { endApps, endOauth } from "./erase.ts";
import { exported } from "./exports.ts";
import { createLogos } from "./logos.ts";
import { forgetExpiredOauth } from "./maintenance.ts";
import { oauthPages } from "./pages/routes.ts";
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

export const oauthSlice = (services: Services, { cursors, emit, signInCheck }: Shared) => {
  const { clock, config, db, limiter } = services;
  return {
    api: ({ publicUrl }: Surroundings) => {
      const { masterKeys, bodyTimeoutMs } = config;
      const policy = { allowLoopback: config.webhookAllowLoopback };
      const server = createAuthorizationServer({
        ...services,
        emit,
        masterKeys,
        bodyTimeoutMs,
        publicUrl,
        addressLimits,
        badCredentialBucket,
        headersFor,
      });
      const logos = createLogos({ db, policy, limiter, addressLimits, headersFor });
      return {
        routes: routes({ db, clock, cursors, emit, policy }),
        pages: oauthPages({ db, clock, emit, signInCheck, provider: server.provider }),
        mounts: [logos.handle, server.handle],
        close: () => logos.close(),
      };
    },
    chores: [
      { name: "forget expired OAuth rows", everyMs: HOUR_MS, run: () => forgetExpiredOauth({ db, clock, emit }) },
    ],
    credentials: { end: endOauth, endUnproven: endApps },
    exports: exported,
  } satisfies Slice;
};

const routes = (deps: OauthDeps) =>
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
