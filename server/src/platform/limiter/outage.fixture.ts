// One of several processes that share a limit, for tests and figures of outages. Takes `perSecond` from one bucket while its
// parent says so, and tells what was admitted, and by whom.
import { pino } from "pino";
import { systemClock } from "../clock/index.ts";
import { connectRedis } from "../redis/index.ts";
import { createLimiter } from "./index.ts";

export interface OutageCounts {
  byRedis: number;
  alone: number;
  refused: number;
  /** Of the last answer. */
  degraded: boolean;
  failed: number;
}

export type OutageOrder = { perSecond: number } | "report";

const [url = "", capacity = "0"] = process.argv.slice(2);
const log = pino({ level: "silent" });
const redis = connectRedis({ url, use: "limiter", log });
const limiter = createLimiter({ redis, clock: systemClock, log });
const bucket = { key: "{outage}", capacity: Number(capacity), refill: Number(capacity), intervalMs: 3_600_000 };
const counts: OutageCounts = { byRedis: 0, alone: 0, refused: 0, degraded: false, failed: 0 };

async function take(): Promise<void> {
  try {
    const { allowed, degraded } = await limiter.take([bucket]);
    counts.degraded = degraded;
    if (!allowed) counts.refused += 1;
    else if (degraded) counts.alone += 1;
    else counts.byRedis += 1;
  } catch {
    counts.failed += 1;
  }
}

let perTick = 0;
setInterval(() => {
  for (let index = 0; index < perTick; index += 1) void take();
}, 10);
// Takes part before the load begins.
await limiter.take([bucket], 0);
process.on("disconnect", () => process.exit());
process.on("message", (order: OutageOrder) => {
  if (order === "report") process.send?.(counts);
  else perTick = order.perSecond / 100;
});
process.send?.("ready");
