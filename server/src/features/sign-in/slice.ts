import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { signInPages } from "./callback-page.ts";
import { exported } from "./exports.ts";
import { forgetSignIns } from "./maintenance.ts";
import { signInRoutes } from "./routes.ts";
import { unlinkAll } from "./store.ts";

export const signInSlice = (services: Services, { notify }: Shared) => {
  const { clock, db } = services;
  return {
    api: ({ publicUrl }: Surroundings) => ({
      routes: signInRoutes({ ...services, notify, publicUrl }),
      pages: signInPages(services),
    }),
    chores: [{ name: "forget sign-ins", everyMs: HOUR_MS, run: () => forgetSignIns({ db, clock }) }],
    credentials: { endUnproven: unlinkAll },
    exports: exported,
  } satisfies Slice;
};
