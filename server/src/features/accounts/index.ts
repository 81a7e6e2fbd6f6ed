export { credentialsChannel } from "./store.ts";
export { accountsRoutes } from "./routes.ts";
export { createSessionLookup } from "./session-lookup.ts";
