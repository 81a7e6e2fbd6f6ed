import { ok, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { SignInDeps } from "./deps.ts";
import { presentLink } from "./present.ts";
import { spotify } from "./provider.ts";
import { type LinkRow, selectLink } from "./store.ts";
import { userOf } from "./user-of.ts";

export const getSpotifyLink =
  ({ db }: Pick<SignInDeps, "db">): Handler<"getSpotifyLink"> =>
  async ({ principal }) => {
    const [link] = await db.readSystem<LinkRow>(
      "the link to a provider belongs to the live account",
      selectLink(userOf(principal), spotify),
    );
    if (!link) throw new ProblemError("not_found", { detail: "No Spotify account is linked." });
    return ok(presentLink(link));
  };
