import type { Handlers } from "../../platform/http/operation.ts";
import { createPasswordCheck } from "../accounts/index.ts";
import { deleteAccount } from "./deleteAccount.ts";
import type { AccountDataDeps } from "./deps.ts";
import { exportAccount } from "./exportAccount.ts";

export const accountDataRoutes = (deps: AccountDataDeps) =>
  ({
    exportAccount: exportAccount(deps),
    deleteAccount: deleteAccount(deps, createPasswordCheck(deps)),
  }) satisfies Partial<Handlers>;
