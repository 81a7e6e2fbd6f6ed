import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { selectDueEndpoints } from "./delivery/store.ts";

const LATE_MS = 60_000;
const COUNT_MAX = 100;

/** Endpoints whose deliveries have waited for more than a minute while nobody sends to them: is a worker running? */
export async function countLateEndpoints(db: Database, clock: Clock): Promise<number> {
  const longAgo = new Date(clock.now().getTime() - LATE_MS);
  const rows = await db.readSystem("count late webhook endpoints", selectDueEndpoints(longAgo, COUNT_MAX));
  return rows.length;
}
