import type { Handlers } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { getAccount } from "./getAccount.ts";
import { getProfile } from "./getProfile.ts";
import { listAccounts } from "./listAccounts.ts";
import { revokeAccountSessions } from "./revokeAccountSessions.ts";
import { signIn } from "./signIn.ts";
import { signOut } from "./signOut.ts";
import { signUp } from "./signUp.ts";

export const accountsRoutes = (deps: AccountsDeps) =>
  ({
    signUp: signUp(deps),
    signIn: signIn(deps),
    signOut: signOut(deps),
    getProfile: getProfile(deps),
    listAccounts: listAccounts(deps),
    getAccount: getAccount(deps),
    revokeAccountSessions: revokeAccountSessions(deps),
  }) satisfies Partial<Handlers>;
