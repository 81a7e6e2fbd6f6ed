import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { FinishedRequest } from "../../platform/http/access-log.ts";
import type { Logger } from "../../platform/log/index.ts";
import { Batch, type UsageRow } from "./batch.ts";
import { createSpill } from "./spill.ts";
import { insertUsage, selectLiving } from "./store.ts";
import { DAY_MS, withTimeout } from "../../platform/time/index.ts";

/** What became of the requests that this process recorded: accepted = stored + pending + dropped, at any moment. */
export interface RecorderCounts {
  accepted: number;
  stored: number;
  /** In memory, on their way, or on disk. */
  pending: number;
  /** Lost: neither database nor disk took them, or they waited on disk until nobody wants them: too old, or of an erased account. */
  dropped: number;
  /** Of other processes that ended before they could store them; not among the above. */
  recovered: number;
}

export interface UsageRecorder {
  /** Takes a finished request; it is stored within a second. Never throws, never waits. */
  record(request: FinishedRequest): void;
  counts(): RecorderCounts;
  /** Stores what is left, on disk if the database does not take it in time. */
  close(): Promise<void>;
}

export interface RecorderOptions {
  db: Pick<Database, "asSystem">;
  clock: Clock;
  log: Logger;
  /** Folder for what the database does not take. */
  spillDir: string;
  /** How often what was recorded is stored; a crash loses at most that much. Default: 1,000 ms. */
  flushEveryMs?: number;
}

const FLUSH_EVERY_MS = 1_000;
/** Stored at once, without waiting for the interval. */
const FLUSH_REQUESTS = 20_000;
/** A database that takes longer than this for a batch has not taken it, for all we know. */
const STORE_TIMEOUT_MS = 2_000;
const SPILL_BYTES_MAX = 1_000_000_000;
/** How often the folder is looked into for what processes left that are gone. */
const LOOK_EVERY_MS = 30_000;
const ORPHANED_MS = 60_000;
const FILES_AT_ONCE = 20;
/** Older ones are not stored: their day has been rolled up and may have been dropped. */
const DAYS_STORABLE = 28;

export function createUsageRecorder({
  db,
  clock,
  log,
  spillDir,
  flushEveryMs = FLUSH_EVERY_MS,
}: RecorderOptions): UsageRecorder {
  const spill = createSpill(spillDir, SPILL_BYTES_MAX);
  /** Own files → requests in them. */
  const spilled = new Map<string, number>();
  let batch = new Batch();
  let onTheWay = 0;
  let [accepted, stored, dropped, recovered] = [0, 0, 0, 0];
  let running: Promise<void> | null = null;
  let lookAt = 0;
  let failing = false;

  const store = (rows: readonly UsageRow[]) =>
    inTime(db.asSystem("store usage of all tenants", (tx) => insertUsage(tx, rows)));
  const storeLate = (rows: readonly UsageRow[]) =>
    inTime(
      db.asSystem("store usage of all tenants that waited on disk", async (tx) => {
        const living = await selectLiving(tx, rows);
        await insertUsage(tx, living);
        return living;
      }),
    );

  async function flush(): Promise<void> {
    const full = batch;
    if (full.size > 0) {
      batch = new Batch();
      onTheWay += full.size;
      const isStored = await storeOrSpill(full);
      onTheWay -= full.size;
      if (!isStored) return;
    }
    await takeFromDisk();
  }

  async function storeOrSpill(full: Batch): Promise<boolean> {
    const rows = full.rows();
    try {
      await store(rows);
      stored += full.size;
      return true;
    } catch (error) {
      if (!failing) log.warn({ err: error }, "could not store usage; spooling it to disk");
      failing = true;
    }
    try {
      spilled.set(await spill.write(rows), full.size);
    } catch (error) {
      dropped += full.size;
      log.error({ err: error, requests: full.size }, "usage lost: writes to both database and disk failed");
    }
    return false;
  }

  async function takeFromDisk(): Promise<void> {
    const now = performance.now();
    if (spilled.size === 0 && now < lookAt) return;
    lookAt = now + LOOK_EVERY_MS;
    try {
      // A few at a time: what comes in meanwhile waits in memory.
      for (const name of (await filesToTake()).slice(0, FILES_AT_ONCE)) await takeFile(name);
      if (failing) log.info("usage storage recovered");
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ err: error }, "could not store spooled usage yet");
      failing = true;
    }
  }

  /** Own ones, and those so old that whoever wrote them would have taken them if it lived. */
  async function filesToTake(): Promise<string[]> {
    const listed = await spill.list();
    for (const [name, requests] of spilled) {
      if (listed.includes(name)) continue;
      stored += requests;
      spilled.delete(name);
    }
    return listed.filter((name) => spilled.has(name) || spill.ageMs(name) > ORPHANED_MS);
  }

  async function takeFile(name: string): Promise<void> {
    const own = spilled.get(name);
    try {
      const rows = await spill.read(name);
      const oldest = clock.now().getTime() - DAYS_STORABLE * DAY_MS;
      const taken = count(await storeLate(rows.filter(({ minute }) => minute >= oldest)));
      await spill.remove(name);
      if (own === undefined) recovered += taken;
      else {
        stored += taken;
        dropped += own - taken;
      }
    } catch (error) {
      if (!isRefusal(error)) throw error;
      log.error({ err: error, file: name }, "spooled usage is unreadable; set aside");
      await spill.setAside(name);
      dropped += own ?? 0;
    }
    spilled.delete(name);
  }

  const flushNow = (): Promise<void> =>
    (running ??= flush()
      .catch((error: unknown) => log.error({ err: error }, "could not store usage"))
      .finally(() => (running = null)));
  const timer = setInterval(() => void flushNow(), flushEveryMs).unref();

  return {
    record: (request) => {
      accepted += 1;
      batch.add(request);
      if (batch.size >= FLUSH_REQUESTS && running === null) void flushNow();
    },
    counts: () => {
      let waiting = batch.size + onTheWay;
      for (const requests of spilled.values()) waiting += requests;
      return { accepted, stored, pending: waiting, dropped, recovered };
    },
    close: async () => {
      clearInterval(timer);
      await running;
      await flushNow();
    },
  };
}

/** Nobody waits for a connection for longer; what was sent may still arrive, and then counts once all the same. */
const inTime = <T>(storing: Promise<T>): Promise<T> =>
  withTimeout(storing, STORE_TIMEOUT_MS, "the database did not take the batch");

function count(rows: readonly UsageRow[]): number {
  return rows.reduce((sum, { requests }) => sum + requests, 0);
}

/** Not JSON, or SQLSTATE classes 22 and 23, bad data: it would be refused for ever. */
function isRefusal(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^2[23]/.test(code);
}
