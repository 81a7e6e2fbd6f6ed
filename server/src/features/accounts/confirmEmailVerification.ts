import { noContent, type Handler } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { confirmEmail } from "./email-verification.ts";

export const confirmEmailVerification =
  (deps: AccountsDeps): Handler<"confirmEmailVerification"> =>
  async ({ body }) => {
    await confirmEmail(deps, body.token);
    return noContent();
  };
