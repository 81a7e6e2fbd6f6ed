import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { selectAccountById } from "../accounts/index.ts";
import { selectAccountOfKey } from "../api-keys/index.ts";
import { exported } from "./exports.ts";
import { createLimitsFor } from "./limits-for.ts";
import { createOverrideLookup } from "./override-lookup.ts";
import { limitsRoutes } from "./routes.ts";

export const limitsSlice = ({ clock, db, limiter }: Services, { cursors, plans, quota }: Shared) =>
  ({
    api: () => {
      const overrides = createOverrideLookup(db);
      const limitsFor = createLimitsFor({ plans, overrides, clock });
      return {
        routes: limitsRoutes({
          db,
          clock,
          cursors,
          limiter,
          plans,
          quota,
          limitsFor,
          selectAccount: selectAccountById,
          selectAccountOfKey,
        }),
        limitsFor,
        close: () => overrides.close(),
      };
    },
    exports: exported,
  }) satisfies Slice;
