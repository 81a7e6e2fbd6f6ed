import type { Handlers } from "../../platform/http/operation.ts";
import type { SignInDeps } from "./deps.ts";
import { finishSpotifySignIn } from "./finishSpotifySignIn.ts";
import { getSpotifyLink } from "./getSpotifyLink.ts";
import { linkSpotify } from "./linkSpotify.ts";
import { startSpotifySignIn } from "./startSpotifySignIn.ts";
import { unlinkSpotify } from "./unlinkSpotify.ts";

export const signInRoutes = (deps: SignInDeps) =>
  ({
    startSpotifySignIn: startSpotifySignIn(deps),
    finishSpotifySignIn: finishSpotifySignIn(deps),
    getSpotifyLink: getSpotifyLink(deps),
    linkSpotify: linkSpotify(deps),
    unlinkSpotify: unlinkSpotify(deps),
  }) satisfies Partial<Handlers>;
