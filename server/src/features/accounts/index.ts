export { credentialsChannel } from "./store.ts";
export { ownerAddress } from "./owner-address.ts";
export { accountsRoutes } from "./routes.ts";
export { effectiveScopes, plainScopes } from "./scopes.ts";
export { forgetCredentials } from "./maintenance.ts";
export { accountPages } from "./pages.ts";
export { resetRequestWork } from "./reset-request.ts";
export { createSessionLookup } from "./session-lookup.ts";
export { setAdministrator } from "./set-administrator.ts";
