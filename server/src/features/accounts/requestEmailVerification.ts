import { only } from "../../platform/db/index.ts";
import { accepted, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { AccountsDeps } from "./deps.ts";
import { sendVerification } from "./email-verification.ts";
import { createMailThrottle } from "./mail-throttle.ts";
import { type OwnerRow, selectOwner } from "./user-store.ts";

export const requestEmailVerification = (deps: AccountsDeps): Handler<"requestEmailVerification"> => {
  const throttle = createMailThrottle(deps.limiter);
  return async ({ principal: { accountId }, write }) => {
    const owner = only(
      await deps.db.readSystem<OwnerRow>("verify an address: the owner of a pair of accounts", selectOwner(accountId)),
      `the owner of account ${accountId}`,
    );
    if (owner.email_verified && owner.pending_email === null) throw new ProblemError("email_already_verified");
    await throttle.ofUser(owner.user_id);
    const email = owner.pending_email ?? owner.email;
    return write(async (tx) => {
      const { expiresAt } = await sendVerification(deps, tx, { accountId, userId: owner.user_id, email });
      return accepted({ object: "email_verification", email, expires_at: expiresAt.toISOString() } as const);
    });
  };
};
