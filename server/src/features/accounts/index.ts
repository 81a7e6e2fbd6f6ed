export { credentialsChannel } from "./store.ts";
export { accountsRoutes, type AccountsDeps } from "./routes.ts";
export { createSessionLookup, type SessionLookup } from "./session-lookup.ts";
