import type { KeyRing } from "../../../platform/crypto/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import type { EgressPools, ExchangeLimits } from "../../../platform/egress/index.ts";
import { createSigner, openSecret } from "../secret.ts";
import { attemptDelivery, type AttemptDeps } from "./attempt.ts";
import { announceDisabled, isFailingLong, judgeFailing, type FailingDeps } from "./failing.ts";
import { createHealth, type HealthState } from "./health.ts";
import type { Outcome } from "./outcome.ts";
import {
  disableEndpoint, readDue, releaseEndpoint, type DueDelivery, type DuePage, type EndpointClaim,
} from "./store.ts";
import { createWake } from "./wake.ts";
import type { ResultWriter } from "./writer.ts";

export interface DrainDeps extends FailingDeps {
  db: Database;
  keyRing: KeyRing;
  pools: EgressPools;
  writer: ResultWriter;
  random: () => number;
  limits: ExchangeLimits;
  /** Requests at once to one endpoint. */
  slotsMax: number;
}

const batchSize = 250;
/** The next batch is read when fewer wait, so that no slot runs dry. */
const lowWater = 125;
/** While requests are open, how soon a delivery that became due meanwhile is seen. */
const lookAgainMs = 50;
/** Then the endpoint is given back, so that many busy endpoints take turns on the workers. */
const turnMs = 10_000;
const goneReason = "The endpoint answered 410 Gone: it wants no deliveries any more.";

/**
 * Sends all due deliveries of a claimed endpoint and gives it back. The sending slots never wait for the database:
 * results go to the writer, and the next batch is read while this one is sent.
 */
export async function drainEndpoint(deps: DrainDeps, claim: EndpointClaim, signal: AbortSignal): Promise<void> {
  const { db, clock, writer } = deps;
  const health = createHealth(claim, deps.slotsMax);
  const wake = createWake();
  const halt = new AbortController();
  const queue: DueDelivery[] = [];
  /** Read, and not durably written yet. */
  const held = new Set<string>();
  let active = 0;
  let gone = false;
  let failure: { reason: unknown } | null = null;
  const stop = (): void => {
    halt.abort();
    wake.notify();
  };

  const attempt = createAttempt(deps, claim);
  const learn = (outcome: Outcome, now: Date): void => {
    gone ||= outcome.verdict === "gone";
    if (health.note(outcome, now) || gone) stop();
  };
  const send = async (delivery: DueDelivery): Promise<void> => {
    const { record, outcome } = await attempt(delivery);
    active -= 1;
    learn(outcome, record.finished_at);
    pump();
    await writer.write(record);
    held.delete(delivery.id);
    wake.notify();
  };
  const pump = (): void => {
    while (!halt.signal.aborted && active < health.slots()) {
      const delivery = queue.shift();
      if (delivery === undefined) break;
      active += 1;
      send(delivery).catch((reason: unknown) => {
        held.delete(delivery.id);
        failure = { reason };
        stop();
      });
    }
    if (queue.length < lowWater) wake.notify();
  };

  const turn = setTimeout(stop, turnMs);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    let after: DuePage["after"] = null;
    while (!halt.signal.aborted) {
      const nothingHeld = held.size === 0;
      const rows = await readDue(db, claim, { now: clock.now(), after, except: [...held], limit: batchSize });
      for (const row of rows) held.add(row.id);
      queue.push(...rows);
      pump();
      const last = rows.at(-1);
      if (rows.length === batchSize && last !== undefined) {
        after = last;
        await wake.until(() => halt.signal.aborted || queue.length < lowWater);
      } else {
        // The end of what was due. Look again from the start: a transaction that was open may have committed since.
        after = null;
        if (nothingHeld && rows.length === 0) break;
        await wake.until(() => halt.signal.aborted || held.size === 0, lookAgainMs);
      }
    }
  } finally {
    clearTimeout(turn);
    signal.removeEventListener("abort", stop);
    halt.abort();
    for (const { id } of queue.splice(0)) held.delete(id);
    await wake.until(() => held.size === 0);
    await giveBack(deps, claim, health.state(), gone);
  }
  if (failure !== null) throw (failure as { reason: unknown }).reason;
}

/** With what was learned, and with what follows from it for the endpoint. */
async function giveBack(deps: DrainDeps, claim: EndpointClaim, state: HealthState, gone: boolean): Promise<void> {
  const now = deps.clock.now();
  await deps.db.withTenant(claim.accountId, async (tx) => {
    const disabled = gone ? await disableEndpoint(tx, claim, goneReason, now) : null;
    await releaseEndpoint(tx, claim, state);
    if (disabled !== null) await announceDisabled(deps, tx, disabled);
    else if (isFailingLong(state.failingSince, now)) await judgeFailing(deps, tx, claim.id);
  });
}

function createAttempt({ keyRing, pools, clock, random, limits }: DrainDeps, claim: EndpointClaim) {
  const url = new URL(claim.url);
  const open = (sealed: string) => openSecret(keyRing, claim.accountId, claim.id, sealed);
  const previous = claim.previousSecret && { secret: open(claim.previousSecret.sealed), until: claim.previousSecret.until };
  const deps: AttemptDeps = {
    accountId: claim.accountId,
    pool: pools.get(claim.id, url.origin),
    path: url.pathname + url.search,
    sign: createSigner(open(claim.sealedSecret), previous),
    clock,
    random,
    limits,
  };
  return (delivery: DueDelivery) => attemptDelivery(deps, delivery);
}
