import type { Handlers } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { changePassword } from "./changePassword.ts";
import { createPasswordCheck } from "./check-password.ts";
import { confirmEmailVerification } from "./confirmEmailVerification.ts";
import { endOtherSessions } from "./endOtherSessions.ts";
import { endSession } from "./endSession.ts";
import { getAccount } from "./getAccount.ts";
import { getProfile } from "./getProfile.ts";
import { listAccounts } from "./listAccounts.ts";
import { listSessions } from "./listSessions.ts";
import { requestEmailVerification } from "./requestEmailVerification.ts";
import { requestPasswordReset } from "./requestPasswordReset.ts";
import { resetPassword } from "./resetPassword.ts";
import { revokeAccountSessions } from "./revokeAccountSessions.ts";
import { signIn } from "./signIn.ts";
import { signOut } from "./signOut.ts";
import { signUp } from "./signUp.ts";
import { updateProfile } from "./updateProfile.ts";

export function accountsRoutes(deps: AccountsDeps) {
  const check = createPasswordCheck(deps);
  return {
    signUp: signUp(deps),
    signIn: signIn(deps),
    signOut: signOut(deps),
    listSessions: listSessions(deps),
    endSession: endSession(deps),
    endOtherSessions: endOtherSessions(deps),
    requestEmailVerification: requestEmailVerification(deps),
    confirmEmailVerification: confirmEmailVerification(deps),
    requestPasswordReset: requestPasswordReset(deps),
    resetPassword: resetPassword(deps),
    changePassword: changePassword(deps, check),
    getProfile: getProfile(deps),
    updateProfile: updateProfile(deps, check),
    listAccounts: listAccounts(deps),
    getAccount: getAccount(deps),
    revokeAccountSessions: revokeAccountSessions(deps),
  } satisfies Partial<Handlers>;
}
