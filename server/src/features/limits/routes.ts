import type { Handlers } from "../../platform/http/operation.ts";
import { deleteRateLimitOverride } from "./deleteRateLimitOverride.ts";
import type { LimitsDeps } from "./deps.ts";
import { getRateLimitOverride } from "./getRateLimitOverride.ts";
import { getRateLimits } from "./getRateLimits.ts";
import { listRateLimitOverrides } from "./listRateLimitOverrides.ts";
import { putRateLimitOverride } from "./putRateLimitOverride.ts";

export const limitsRoutes = (deps: LimitsDeps) =>
  ({
    getRateLimits: getRateLimits(deps),
    listRateLimitOverrides: listRateLimitOverrides(deps),
    getRateLimitOverride: getRateLimitOverride(deps),
    putRateLimitOverride: putRateLimitOverride(deps),
    deleteRateLimitOverride: deleteRateLimitOverride(deps),
  }) satisfies Partial<Handlers>;
