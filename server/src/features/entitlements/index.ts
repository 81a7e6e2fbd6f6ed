export { entitlementsRoutes } from "./routes.ts";
export { entitlementTo, features, type Feature } from "./features.ts";
export { expireEntitlements } from "./expire.ts";
export { withGrants, type WantedGrants } from "./grants.ts";
export { reviseEntitlements } from "./revise.ts";
