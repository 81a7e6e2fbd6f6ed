import { pino } from "pino";
import { createDatabase } from "../../../platform/db/index.ts";
import { systemClock } from "../../../platform/clock/index.ts";
import { createEgressPools, createResolver } from "../../../platform/egress/index.ts";
import { plainKeyRing } from "../key-ring.fixture.ts";
import { createDrainWork } from "./work.ts";

/** A worker process that drains one endpoint, for a test to kill. Arguments: database URL, account, endpoint. */
const [url = "", accountId = "", id = ""] = process.argv.slice(2);
const log = pino({ level: "silent" });
const db = createDatabase({ url, poolMax: 4, log });
const pools = createEgressPools({
  policy: { allowLoopback: true },
  resolve: createResolver({ timeoutMs: 500 }),
  timeoutMs: 1_000,
  connections: 16,
  headMs: 15_000,
});
const unused = async (): Promise<never> => {
  throw new Error("nothing fails here for long");
};
const kind = createDrainWork({
  metrics: { attempt: () => {}, firstAttempt: () => {} },
  db,
  pools,
  clock: systemClock,
  emit: () => unused(),
  notify: () => unused(),
  keyRing: plainKeyRing,
  slotsMax: 16,
  concurrency: 1,
  leaseMs: 60_000,
  lingerMs: 0,
});
const claim = await kind.claim({ id, accountId });
if (claim === null) throw new Error("the endpoint could not be claimed");
await kind.run(claim, {
  signal: new AbortController().signal,
  closing: new AbortController().signal,
  log,
  delayUntil: () => {
    throw new Error("a drain does not delay");
  },
});
await pools.close();
await db.close();
