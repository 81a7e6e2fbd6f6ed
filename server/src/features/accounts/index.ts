export { credentialsChannel } from "./store.ts";
export type { AccountsDeps } from "./deps.ts";
export { accountsRoutes } from "./routes.ts";
export { createSessionLookup, type SessionLookup } from "./session-lookup.ts";
