import { noContent, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { lockUser } from "../accounts/index.ts";
import type { SignInDeps } from "./deps.ts";
import { spotify } from "./provider.ts";
import { deleteIdentity } from "./store.ts";
import { userOf } from "./user-of.ts";

export const unlinkSpotify =
  ({ db }: Pick<SignInDeps, "db">): Handler<"unlinkSpotify"> =>
  async ({ principal }) => {
    const userId = userOf(principal);
    await db.asSystem("unlink a provider: the user belongs to the live account", async (tx) => {
      const user = await lockUser(tx, userId);
      if (!(await deleteIdentity(tx, userId, spotify)))
        throw new ProblemError("not_found", { detail: "No Spotify account is linked." });
      if (!user?.has_password) throw new ProblemError("last_sign_in");
    });
    return noContent();
  };
