export { credentialsChannel } from "./store.ts";
export { ownerAddress } from "./owner-address.ts";
export { accountsRoutes } from "./routes.ts";
export { createSessionLookup } from "./session-lookup.ts";
