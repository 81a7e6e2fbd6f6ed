export { expireEntitlements } from "./expire.ts";
export { withGrants } from "./grants.ts";
export { reviseEntitlements } from "./revise.ts";
