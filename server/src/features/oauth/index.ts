export { createAuthorizationServer, type AuthorizationServer } from "./authorization-server/server.ts";
export { endApps, endOauth } from "./erase.ts";
export { createLogos, type Logos } from "./logos.ts";
export { forgetExpiredOauth } from "./maintenance.ts";
export { oauthPages } from "./pages/routes.ts";
export { oauthRoutes } from "./routes.ts";
export { accessTokenPrefix } from "./token-format.ts";
export { createTokenLookup } from "./token-lookup.ts";
