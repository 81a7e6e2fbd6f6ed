import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { getCosts } from "./getCosts.ts";

export const costsRoutes = (deps: { db: Database; clock: Clock }) =>
  ({ getCosts: getCosts(deps) }) satisfies Partial<Handlers>;
