import type { Handlers } from "../../platform/http/operation.ts";
import type { AdminDeps } from "./deps.ts";
import { listAdminActions } from "./listAdminActions.ts";

export const adminRoutes = (deps: AdminDeps) =>
  ({ listAdminActions: listAdminActions(deps) }) satisfies Partial<Handlers>;
