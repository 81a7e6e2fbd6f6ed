import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { selectAccountById } from "../accounts/index.ts";
import { selectAccountOfKey } from "../api-keys/index.ts";
import { exported } from "./exports.ts";
import { createLimitsFor } from "./limits-for.ts";
import { createOverrideLookup } from "./override-lookup.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { deleteRateLimitOverride } from "./deleteRateLimitOverride.ts";
import type { LimitsDeps } from "./deps.ts";
import { getRateLimitOverride } from "./getRateLimitOverride.ts";
import { getRateLimits } from "./getRateLimits.ts";
import { listRateLimitOverrides } from "./listRateLimitOverrides.ts";
import { putRateLimitOverride } from "./putRateLimitOverride.ts";

export const limitsSlice = ({ clock, db, limiter }: Services, { cursors, plans, quota }: Shared) =>
  ({
    api: () => {
      const overrides = createOverrideLookup(db);
      const limitsFor = createLimitsFor({ plans, overrides, clock });
      return {
        routes: routes({
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

const routes = (deps: LimitsDeps) =>
  ({
    getRateLimits: getRateLimits(deps),
    listRateLimitOverrides: listRateLimitOverrides(deps),
    getRateLimitOverride: getRateLimitOverride(deps),
    putRateLimitOverride: putRateLimitOverride(deps),
    deleteRateLimitOverride: deleteRateLimitOverride(deps),
  }) satisfies Partial<Handlers>;
