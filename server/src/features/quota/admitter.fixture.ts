// A process to be killed. Says "reserved" for each admission that is not committed yet, "committed" for each that is, "refused" at the end.
// Arguments: database, Redis, key prefix, account, limit of the month, "hang" (before its first commit) or "go".
import { pino } from "pino";
import { createDatabase } from "../../platform/db/index.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import { connectRedis } from "../../platform/redis/index.ts";
import { limitsOfPlan } from "../plans/index.ts";
import { createCounters, createQuota } from "./index.ts";

const [databaseUrl = "", redisUrl = "", prefix = "", accountId = "", limit = "0", what = "go"] = process.argv.slice(2);
const log = pino({ level: "silent" });
const db = createDatabase({ url: databaseUrl, poolMax: 4, log });
const redis = connectRedis({ url: redisUrl, use: "limiter", log });
const limits = {
  ...limitsOfPlan("enterprise", "live"),
  generationsPerMonth: Number(limit),
  burstPerHour: 1_000_000,
  concurrencyMax: 1_000_000,
};
const quota = createQuota({
  db,
  plans: { getEffectiveLimits: () => limits },
  counters: createCounters({ redis, prefix, log }),
});
const admission = await quota.admission(accountId);

/** False when refused. */
async function admitOne(): Promise<boolean> {
  try {
    await db.withTenant(accountId, async (tx) => {
      await admission.enforceOrThrow(tx, { generationId: newId(), draftId: null, regeneration: null });
      process.stdout.write("reserved\n");
      if (what === "hang") await new Promise(() => {});
    });
    process.stdout.write("committed\n");
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

const admitUntilRefused = async () => {
  while (await admitOne()) continue;
};
await Promise.all([1, 2, 3, 4].map(admitUntilRefused));
process.stdout.write("refused\n");
process.exit(0);
