import type { Services } from "../../services.ts";
import type { Shared } from "../../shared.ts";
import type { Slice } from "../../slice.ts";
import { HOUR_MS, MINUTE_MS } from "../../platform/time/index.ts";
import { watchCosts } from "./anomaly.ts";
import { eraseCosts } from "./erase.ts";
import { exported } from "./exports.ts";
import { rollUpCosts } from "./roll-up.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Handlers } from "../../platform/http/operation.ts";
import { getCosts } from "./getCosts.ts";

export const costsSlice = ({ clock, db }: Services, { emit }: Shared) =>
  ({
    api: () => ({ routes: routes({ db, clock }) }),
    chores: [
      { name: "roll up costs", everyMs: HOUR_MS, run: () => rollUpCosts({ db, clock }) },
      { name: "watch costs", everyMs: MINUTE_MS, run: () => watchCosts({ db, clock, emit }) },
    ],
    exports: exported,
    // Entries go when their sums are kept.
    erase: { tables: ["cost_entries"], run: (accountId) => eraseCosts(db, accountId) },
  }) satisfies Slice;

const routes = (deps: { db: Database; clock: Clock }) => ({ getCosts: getCosts(deps) }) satisfies Partial<Handlers>;
