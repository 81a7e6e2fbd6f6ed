import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { AdminDeps } from "./deps.ts";
import { listAdminActions } from "./listAdminActions.ts";

export const adminSlice = ({ db }: Services, { cursors }: Shared) =>
  ({ api: () => ({ routes: routes({ db, cursors }) }) }) satisfies Slice;

const routes = (deps: AdminDeps) => ({ listAdminActions: listAdminActions(deps) }) satisfies Partial<Handlers>;
