import type { Handler } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { createResetRequests } from "./password-reset.ts";

export const requestPasswordReset = (deps: AccountsDeps): Handler<"requestPasswordReset"> => {
  const request = createResetRequests(deps);
  return async ({ body, ip }) => {
    await request(body.email, ip);
    return { status: 202 };
  };
};
