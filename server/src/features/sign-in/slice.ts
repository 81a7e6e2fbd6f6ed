import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { signInPages } from "./callback-page.ts";
import { exported } from "./exports.ts";
import { forgetSignIns } from "./maintenance.ts";
import { unlinkAll } from "./store.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import type { SignInDeps } from "./deps.ts";
import { finishSpotifySignIn } from "./finishSpotifySignIn.ts";
import { getSpotifyLink } from "./getSpotifyLink.ts";
import { linkSpotify } from "./linkSpotify.ts";
import { startSpotifySignIn } from "./startSpotifySignIn.ts";
import { unlinkSpotify } from "./unlinkSpotify.ts";

export const signInSlice = (services: Services, { notify }: Shared) => {
  const { clock, db } = services;
  return {
    api: ({ publicUrl }: Surroundings) => ({
      routes: routes({ ...services, notify, publicUrl }),
      pages: signInPages(services),
    }),
    chores: [{ name: "forget sign-ins", everyMs: HOUR_MS, run: () => forgetSignIns({ db, clock }) }],
    credentials: { endUnproven: unlinkAll },
    exports: exported,
  } satisfies Slice;
};

const routes = (deps: SignInDeps) =>
  ({
    startSpotifySignIn: startSpotifySignIn(deps),
    finishSpotifySignIn: finishSpotifySignIn(deps),
    getSpotifyLink: getSpotifyLink(deps),
    linkSpotify: linkSpotify(deps),
    unlinkSpotify: unlinkSpotify(deps),
  }) satisfies Partial<Handlers>;
