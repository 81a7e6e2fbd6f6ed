import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { usableKeysOf } from "../api-keys/index.ts";
import { exported } from "./exports.ts";
import { forgetCredentials } from "./maintenance.ts";
import { accountPages } from "./pages.ts";
import { resetRequestKind, resetRequestWork } from "./reset-request.ts";
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

export const accountsSlice = (services: Services, { cursors, notify, signInCheck }: Shared) => {
  const { clock, db, keyRing } = services;
  return {
    api: ({ publicUrl, credentials }: Surroundings) => {
      const deps = {
        ...services,
        cursors,
        notify,
        publicUrl,
        signInCheck,
        countKeys: usableKeysOf,
        endUnproven: credentials.flatMap(({ endUnproven }) => endUnproven ?? []),
      };
      return { routes: routes(deps), pages: accountPages(deps) };
    },
    work: [{ name: resetRequestKind, open: () => resetRequestWork({ db, keyRing, clock, notify }) }],
    chores: [
      { name: "forget ended sessions and links", everyMs: HOUR_MS, run: () => forgetCredentials({ db, clock }) },
    ],
    exports: exported,
  } satisfies Slice;
};

function routes(deps: AccountsDeps) {
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
