import { ProblemError } from "../../platform/http/problem.ts";
import { encodeId } from "../../platform/ids/index.ts";
import type { PageRoute } from "../../platform/pages/index.ts";
import type { SignInDeps } from "./deps.ts";
import { spotify } from "./provider.ts";
import { aadOf, hashOf, newSecret } from "./secrets.ts";
import { selectByState, takeReturn } from "./store.ts";

export const callbackPath = "/sign-in/spotify/callback";
const STATE_LENGTH_MAX = 200;
const CODE_LENGTH_MAX = 4096;

/**
 * Where the provider sends the browser: on to the app's page that the sign-in began with, and nowhere else. What goes
 * along is one half of the sign-in, worth nothing without the secret of the browser that began it.
 */
export function signInPages(deps: Pick<SignInDeps, "db" | "clock" | "keyRing">): PageRoute[] {
  const { db, clock, keyRing } = deps;
  return [
    {
      name: "spotify-callback",
      path: callbackPath,
      get: async ({ query }) => {
        const [state] = query.getAll("state");
        const known = query.getAll("state").length === 1 && state !== undefined && state.length <= STATE_LENGTH_MAX;
        const statement = selectByState(spotify, hashOf(known ? state : ""), clock.now());
        const [begun] = await db.readSystem<{ id: string; redirect_uri: string }>(
          "a browser returns from a provider: nobody is known yet",
          statement,
        );
        if (!known || !begun) throw unknownReturn();
        const given = query.getAll("code");
        const providerCode = given.length === 1 && given[0] && given[0].length <= CODE_LENGTH_MAX ? given[0] : null;
        const code = providerCode === null ? null : newSecret();
        const taken = await db.asSystem("a browser returns from a provider", (tx) =>
          takeReturn(tx, begun.id, {
            providerCode: providerCode && keyRing.encrypt(providerCode, aadOf(begun.id, "provider_code")),
            codeHash: code === null ? null : hashOf(code),
            now: clock.now(),
          }),
        );
        if (!taken) throw unknownReturn();
        const back = new URL(begun.redirect_uri);
        back.searchParams.set("sign_in_id", encodeId("sgn", begun.id));
        // Providers' own words are not passed on: the app has to know only that it came to nothing.
        if (code === null) back.searchParams.set("error", "access_denied");
        else back.searchParams.set("code", code);
        return { redirect: back.href };
      },
    },
  ];
}

/** The browser stays here: an address that anybody can write must not lead anywhere. */
const unknownReturn = (): ProblemError =>
  new ProblemError("sign_in_rejected", {
    detail: "This sign-in was used already, or began too long ago. Go back to the app and begin again.",
  });
