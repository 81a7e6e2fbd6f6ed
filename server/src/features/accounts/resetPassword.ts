import { noContent, type Handler } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { setNewPassword } from "./password-reset.ts";

export const resetPassword =
  (deps: AccountsDeps): Handler<"resetPassword"> =>
  async ({ body }) => {
    await setNewPassword(deps, body);
    return noContent();
  };
