import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { GenerationOutput } from "@musicverse/plugin-kit";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import { PluginFailure, retryDecision, type PluginHost } from "../../platform/plugins/index.ts";
import { WorkDelayed, type WorkKind, type WorkPointer, type WorkRunContext } from "../../platform/work/index.ts";
import type { CostLedger } from "../costs/index.ts";
import type { EmitEvent } from "../events/index.ts";
import { WAITING_LEASE_MS, type ProviderPlaces, type Quota } from "../quota/index.ts";
import { callProvider } from "./call-provider.ts";
import { callOf, lostCall, recordEnded, recordFailed } from "./costs.ts";
import { deadlineExceeded, generationError, internalError, providerUnknown, type GenerationError } from "./errors.ts";
import { announce, type GenerationFeed } from "./feed.ts";
import { callsOf, keepPlace, leavePlace, providerLimits, ROOM_RETRY_MS, takePlaces } from "./places.ts";
import { generationQueue, pointerTo, type GenerationQueue } from "./pointer.ts";
import { presentGeneration } from "./present.ts";
import { UnusableOutput } from "./product.ts";
import { productOf, type Makers } from "./products.ts";
import { claimGeneration, finishGeneration, release, renewLease, selectDue, type ClaimedRow } from "./store.ts";

export interface GenerationWorkDeps {
  db: Database;
  plugins: PluginHost;
  makers: Makers;
  emit: EmitEvent;
  quota: Quota;
  costs: CostLedger;
  places: ProviderPlaces;
  /** Counts the calls of all workers at a provider. */
  limiter: Pick<Limiter, "take">;
  feed: Pick<GenerationFeed, "subscribe">;
  clock: Clock;
  concurrency: number;
  leaseMs: number;
}

export interface GenerationClaim {
  row: ClaimedRow;
  leaseToken: string;
  /** False: its place among the account's generations lapsed with an earlier worker. */
  leased: boolean;
  /** From then on its call is in the cost ledger, whatever becomes of it. */
  dispatched: boolean;
}

/** Hard cap on the life of a generation, whatever its retries: after this it fails. */
export const LIFE_MAX_MS = 60 * 60 * 1000;

/** A generation whose call brought its worker down, or was out while its lease was lost, this often gets no further worker. */
const CRASHES_MAX = 8;
/** So many may be chance (a deploy, a restart of the database); from here on it waits, so that it cannot take down worker after worker. */
const CRASHES_BY_CHANCE = 2;

/** How one plugin's generations are done: claim, call it, then everything that changes in one transaction. Its claim is its own: it is marked and announced in one statement. */
export function generationWork(deps: GenerationWorkDeps, of: GenerationQueue): WorkKind<GenerationClaim> {
  const { pluginId, mode, lane } = of;
  const { db, leaseMs, plugins, quota, costs } = deps;
  const limits = providerLimits(plugins, pluginId, mode);
  const atOnce = Math.min(deps.concurrency, limits?.concurrent ?? Infinity);
  return {
    name: generationQueue(of),
    queue: generationQueue(of),
    concurrency: lane === "bulk" ? Math.ceil(atOnce / 2) : atOnce,
    rate: limits ? { max: callsOf(lane, limits.max), perSeconds: limits.perSeconds } : undefined,
    leaseMs,
    due: async (limit, among) => {
      const ids = among?.map(({ id }) => id) ?? null;
      const rows = await db.readSystem<Pick<ClaimedRow, "id" | "account_id">>(
        "sweep generations that are due",
        selectDue({ ...of, limit, ids }),
      );
      return rows.map(pointerTo);
    },
    claim: ({ id, accountId }: WorkPointer) => {
      const leaseToken = randomUUID();
      return db.withTenant(accountId, async (tx) => {
        const row = await claimGeneration(tx, { id, leaseToken, leaseMs });
        if (!row) return null;
        const leased = await quota.lease(tx, id, leaseMs);
        await announce(tx, id);
        const lost = lostCall(plugins, row);
        if (lost) await costs.record(tx, lost);
        return { row, leaseToken, leased, dispatched: false };
      });
    },
    renew: async ({ row, leaseToken }) => {
      await keepPlace(deps, row, leaseMs);
      return db.withTenant(row.account_id, async (tx) => {
        const [held] = await Promise.all([
          renewLease(tx, { id: row.id, leaseToken }, leaseMs),
          quota.lease(tx, row.id, leaseMs),
        ]);
        return held;
      });
    },
    run: (claim, context) => runGeneration(deps, claim, context),
  };
}

async function runGeneration(deps: GenerationWorkDeps, claim: GenerationClaim, context: WorkRunContext): Promise<void> {
  const { row } = claim;
  const { plugins, clock, feed } = deps;
  if (lostAndCostly(plugins, row)) return fail(deps, claim, providerUnknown);
  const overdue = clock.now().getTime() - row.created_at.getTime() > LIFE_MAX_MS;
  // What the provider has accepted is asked for a last time: it may be done, and was bought.
  if (overdue && !row.pending?.externalId) return fail(deps, claim, deadlineExceeded);
  if (row.crashes >= CRASHES_MAX) return fail(deps, claim, internalError);
  // A costly call is looked up at once instead: putting it back would lose the mark that it was made.
  const repeatable = plugins.retrySafety(row.plugin_id, "generation", "generate", row.mode) !== "billable";
  if (row.outcome_unknown && repeatable && row.crashes > CRASHES_BY_CHANCE) return coolDown(deps, claim, context);
  if (!(await takePlaces(deps, claim))) return waitForRoom(deps, claim, context);

  const canceled = new AbortController();
  const unsubscribe = feed.subscribe(row.id, (change) => {
    if (change === "canceled") canceled.abort(new Error("the generation was canceled"));
  });
  const signal = AbortSignal.any([context.signal, canceled.signal]);
  let keptMs: number | null = null;
  try {
    const answer = await callProvider(deps, claim, signal);
    if (answer === null) return;
    if ("pending" in answer) {
      if (overdue) return await fail(deps, claim, deadlineExceeded);
      // The provider goes on with it, so it needs its place until it is asked again.
      keptMs = answer.pending.pollAfterMs + deps.leaseMs;
      return await waitForProvider(deps, claim, answer, context);
    }
    if (await complete(deps, claim, answer.output, signal)) {
      context.log.info(
        { generation_id: row.id, request_id: row.request_id, plugin: row.plugin_id },
        "generation completed",
      );
    }
  } catch (error) {
    if (error instanceof WorkDelayed) throw error;
    if (signal.aborted) return await handBack(deps, claim, canceled.signal.aborted);
    if (!(error instanceof PluginFailure)) {
      context.log.error(
        { generation_id: row.id, request_id: row.request_id, err: error },
        "generation failed: internal error",
      );
      throw error;
    }
    context.log.warn(
      { generation_id: row.id, request_id: row.request_id, plugin: row.plugin_id, code: error.code, err: error },
      "provider call failed",
    );
    const decision = retryDecision(error, row.attempts, { now: clock.now() });
    if (decision.retry && overdue) return await fail(deps, claim, deadlineExceeded, error);
    if (!decision.retry)
      return await fail(deps, claim, error.code === "PLUGIN_BUG" ? internalError : generationError(error), error);
    const dueAt = dueIn(deps, row, decision.delayMs);
    await putBack(deps, claim, { dueAt, countsAsAttempt: decision.countsAsAttempt }, error);
    context.delayUntil(dueAt);
  } finally {
    unsubscribe();
    await (keptMs === null ? leavePlace(deps, row) : keepPlace(deps, row, keptMs));
  }
}

/** So long from now, but not after its life is over: then it is to end, whatever a provider would have it wait for. */
function dueIn({ clock }: GenerationWorkDeps, { created_at: createdAt }: ClaimedRow, delayMs: number): Date {
  return new Date(Math.min(clock.now().getTime() + delayMs, createdAt.getTime() + LIFE_MAX_MS + 1_000));
}

/** 1, 2, 4 … 16 s after the crash, the next worker may try. */
async function coolDown(deps: GenerationWorkDeps, claim: GenerationClaim, context: WorkRunContext): Promise<void> {
  const dueAt = new Date(deps.clock.now().getTime() + 1000 * 2 ** (claim.row.crashes - CRASHES_BY_CHANCE - 1));
  await putBack(deps, claim, { dueAt, countsAsAttempt: false });
  context.delayUntil(dueAt);
}

/** No refusal: it was admitted, and goes on as soon as others have ended. */
async function waitForRoom(deps: GenerationWorkDeps, claim: GenerationClaim, context: WorkRunContext): Promise<void> {
  const dueAt = new Date(deps.clock.now().getTime() + ROOM_RETRY_MS);
  await putBack(deps, claim, { dueAt, countsAsAttempt: false });
  context.delayUntil(dueAt);
}

/** An earlier call's answer was lost, and neither asking the provider nor calling again is free of harm. */
function lostAndCostly(plugins: PluginHost, row: ClaimedRow): boolean {
  return (
    row.pending?.externalId === null &&
    !plugins.can(row.plugin_id, "generation", "resolve") &&
    plugins.retrySafety(row.plugin_id, "generation", "generate", row.mode) === "billable"
  );
}

/** False: it was canceled meanwhile, or another worker has it. */
async function complete(
  deps: GenerationWorkDeps,
  claim: GenerationClaim,
  output: GenerationOutput,
  signal: AbortSignal,
): Promise<boolean> {
  const { row, leaseToken } = claim;
  const { db, plugins, quota, costs, makers, emit } = deps;
  const product = await productOf(makers, row, output).catch((error: unknown) => {
    if (!(error instanceof UnusableOutput)) throw error;
    // The provider's answer was nothing whole: its fault, and worth another try where that is not billed again.
    const outcome =
      plugins.retrySafety(row.plugin_id, "generation", "generate", row.mode) === "billable" ? "unknown" : "failed";
    throw new PluginFailure("UPSTREAM", `the provider sent unusable ${row.kind}: ${error.message}`, {
      pluginId: row.plugin_id,
      outcome,
      cause: error,
    });
  });
  const done = await patiently(signal, () =>
    db.withTenant(row.account_id, async (tx) => {
      const finished = await finishGeneration(tx, { id: row.id, leaseToken }, { status: "completed" });
      if (finished) {
        await quota.settle(tx, row.id, "charged");
        const generation = presentGeneration({ ...finished, ...(await product.create(tx)) });
        await emit(tx, { type: "generation.completed", data: generation, requestId: row.request_id });
        await announce(tx, row.id);
      }
      // Also when it was canceled meanwhile: it was bought. Last, as everywhere, because the ledger locks the account's day.
      await costs.record(tx, {
        ...callOf(claim),
        outcome: "succeeded",
        ...product.used,
        costMicros: output.costMicros,
      });
      return finished !== null;
    }),
  );
  if (!done) await product.discard();
  return done;
}

/**
 * Tries again for half a minute: what was made and paid for is not lost to a database that restarts. Repeating is
 * safe, also when a commit's outcome is unknown: the lease token guards the state.
 */
async function patiently<T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> {
  for (let waitMs = 250; ; waitMs *= 2) {
    try {
      return await write();
    } catch (error) {
      if (signal.aborted || waitMs > 16_000) throw error;
      await delay(waitMs, undefined, { signal });
    }
  }
}

/** Ends a held generation as failed, and gives back what it took of the account's windows. */
export async function fail(
  deps: GenerationWorkDeps,
  claim: GenerationClaim,
  error: GenerationError,
  failure?: PluginFailure,
): Promise<void> {
  const { db, emit, quota } = deps;
  const { row, leaseToken } = claim;
  await db.withTenant(row.account_id, async (tx) => {
    const finished = await finishGeneration(tx, { id: row.id, leaseToken }, { status: "failed", error });
    if (finished) {
      await quota.settle(tx, row.id, "refunded");
      await emit(tx, { type: "generation.failed", data: presentGeneration(finished), requestId: row.request_id });
      await announce(tx, row.id);
    }
    await recordEnded(deps, tx, claim, failure);
  });
}

async function waitForProvider(
  deps: GenerationWorkDeps,
  claim: GenerationClaim,
  { pending }: { pending: { externalId: string; pollAfterMs: number } },
  context: WorkRunContext,
): Promise<void> {
  const dueAt = dueIn(deps, claim.row, pending.pollAfterMs);
  await putBack(deps, claim, { dueAt, countsAsAttempt: false, pending: { externalId: pending.externalId } });
  context.delayUntil(dueAt);
}

/** A shutdown or a lost lease stopped the call. A canceled row is final already; otherwise another worker goes on. */
async function handBack(deps: GenerationWorkDeps, claim: GenerationClaim, canceled: boolean): Promise<void> {
  const { db, plugins, clock } = deps;
  const { row } = claim;
  if (canceled) return db.withTenant(row.account_id, (tx) => recordEnded(deps, tx, claim, undefined));
  // In the stop of a costly call its outcome is unknown: leave the mark, so that the next holder fails it by name.
  if (plugins.retrySafety(row.plugin_id, "generation", "generate", row.mode) === "billable") return;
  await putBack(deps, claim, { dueAt: clock.now(), countsAsAttempt: false });
}

function putBack(
  deps: GenerationWorkDeps,
  claim: GenerationClaim,
  next: Parameters<typeof release>[2],
  failure?: PluginFailure,
): Promise<void> {
  const { db, quota } = deps;
  const { row, leaseToken } = claim;
  return db.withTenant(row.account_id, async (tx) => {
    await release(tx, { id: row.id, leaseToken }, next);
    await quota.lease(tx, row.id, WAITING_LEASE_MS);
    await announce(tx, row.id);
    if (!next.pending) await recordFailed(deps, tx, claim, failure);
  });
}
