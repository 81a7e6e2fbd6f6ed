export { erasureKind, erasureWork } from "./erasure.ts";
export { accountDataRoutes } from "./routes.ts";
