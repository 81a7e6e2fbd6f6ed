import { randomUUID } from "node:crypto";
import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { WorkEngine, WorkKind } from "../../../platform/work/index.ts";
import { drainKind } from "../delivery/work.ts";
import { takeStep } from "./step.ts";
import { claimReplay, type ReplayClaim } from "./step-store.ts";
import { selectDueReplays } from "./store.ts";

export const replayKind = "webhook-replay";

export interface ReplayWorkOptions {
  db: Database;
  clock: Clock;
  work: Pick<WorkEngine, "enqueue">;
  /** Much longer than a step takes: a killed worker's step is taken again when it has passed. */
  leaseMs: number;
}

const concurrency = 20;

/** Replays as a kind of work: one run is one step, so that many replays take turns and a crash costs nothing. Its claim is its own: a replay without a due time has ended. */
export function createReplayWork({ db, clock, work, leaseMs }: ReplayWorkOptions): WorkKind<ReplayClaim> {
  return {
    name: replayKind,
    queue: replayKind,
    concurrency,
    leaseMs,
    due: (limit, among) =>
      db.asSystem("find due webhook replays", (tx) => selectDueReplays(tx, clock.now(), limit, among)),
    claim: ({ id, accountId }) =>
      db.withTenant(accountId, (tx) => claimReplay(tx, { id, leaseToken: randomUUID(), now: clock.now(), leaseMs })),
    run: async (claim, { delayUntil }) => {
      const { accountId, webhook_id: id } = claim;
      const step = await db.withTenant(accountId, (tx) => takeStep(tx, claim, clock.now()));
      if (step === null) return;
      if (step.replayed > 0) await work.enqueue(drainKind, { id, accountId });
      if (step.dueAt !== null) delayUntil(step.dueAt);
    },
  };
}
