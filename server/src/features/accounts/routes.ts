import type { Handlers } from "../../platform/http/operation.ts";
import type { AccountsDeps } from "./deps.ts";
import { getProfile } from "./getProfile.ts";
import { signIn } from "./signIn.ts";
import { signOut } from "./signOut.ts";
import { signUp } from "./signUp.ts";

export const accountsRoutes = (deps: AccountsDeps) =>
  ({
    signUp: signUp(deps),
    signIn: signIn(deps),
    signOut: signOut(deps),
    getProfile: getProfile(deps),
  }) satisfies Partial<Handlers>;
