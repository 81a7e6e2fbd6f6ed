import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice, Surroundings } from "../../slice.ts";
import { HOUR_MS } from "../../platform/time/index.ts";
import { usableKeysOf } from "../api-keys/index.ts";
import { exported } from "./exports.ts";
import { forgetCredentials } from "./maintenance.ts";
import { accountPages } from "./pages.ts";
import { resetRequestKind, resetRequestWork } from "./reset-request.ts";
import { accountsRoutes } from "./routes.ts";

export const accountsSlice = (services: Services, { cursors, notify, signInCheck }: Shared) => {
  const { clock, db, keyRing } = services;
  return {
    api: ({ publicUrl, credentials }: Surroundings) => {
      const deps = {
        ...services,
        cursors,
        notify,
        publicUrl,
        signInCheck,
        countKeys: usableKeysOf,
        endUnproven: credentials.flatMap(({ endUnproven }) => endUnproven ?? []),
      };
      return { routes: accountsRoutes(deps), pages: accountPages(deps) };
    },
    work: [{ name: resetRequestKind, open: () => resetRequestWork({ db, keyRing, clock, notify }) }],
    chores: [
      { name: "forget ended sessions and links", everyMs: HOUR_MS, run: () => forgetCredentials({ db, clock }) },
    ],
    exports: exported,
  } satisfies Slice;
};
