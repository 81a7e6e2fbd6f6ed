import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import { getProfile } from "./getProfile.ts";
import { signIn } from "./signIn.ts";
import { signOut } from "./signOut.ts";
import { signUp } from "./signUp.ts";

export interface AccountsDeps {
  db: Database;
  clock: Clock;
  limiter: Limiter;
}

export const accountsRoutes = (deps: AccountsDeps) =>
  ({
    signUp: signUp(deps),
    signIn: signIn(deps),
    signOut: signOut(deps),
    getProfile: getProfile(deps),
  }) satisfies Partial<Handlers>;
