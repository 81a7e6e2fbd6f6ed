import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import { lockUser } from "../accounts/index.ts";
import type { SignInDeps } from "./deps.ts";
import { identityOf } from "./identity-of.ts";
import { presentLink } from "./present.ts";
import { insertIdentity, lockSubject } from "./store.ts";
import { userOf } from "./user-of.ts";

export const linkSpotify =
  (deps: SignInDeps): Handler<"linkSpotify"> =>
  async ({ principal, body, ip, requestId, signal }) => {
    const { subject, name } = await identityOf(deps, body, { ip, requestId, signal });
    return deps.db.asSystem("link a provider: the user belongs to the live account", async (tx) => {
      await lockSubject(tx, subject);
      const userId = userOf(principal);
      const user = await lockUser(tx, userId);
      if (!user) throw new ProblemError("unauthenticated");
      const now = deps.clock.now();
      const link = await insertIdentity(tx, { ...subject, accountId: user.account_id, userId, id: newId(), name, now });
      if (!link) throw new ProblemError("identity_taken");
      await deps.notify(tx, user.account_id, {
        subject: "Spotify was linked to your account",
        paragraphs: [
          "From now on Spotify signs you in to MusicVerse.",
          "If it was not you, unlink it in your profile and change your password.",
        ],
      });
      return ok(presentLink(link));
    });
  };
