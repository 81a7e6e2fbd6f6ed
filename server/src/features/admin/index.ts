export { recordAdminAction } from "./record-admin-action.ts";
export { adminRoutes } from "./routes.ts";
