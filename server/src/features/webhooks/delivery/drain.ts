import { createTally } from "../stats/tally.ts";
import type { EndpointClaim, NumberedDelivery } from "./claim.ts";
import type { DrainDeps, DrainSignals } from "./deps.ts";
import { createAttempt, giveBack } from "./give-back.ts";
import { createHealth } from "./health.ts";
import type { Outcome } from "./outcome.ts";
import { createPace, lesser } from "./pace.ts";
import type { DuePage } from "./taker.ts";
import { createWake } from "./wake.ts";

const BATCH_MAX = 250;

/**
 * Sends all due deliveries of a claimed endpoint and gives it back when for a while no more came. The sending slots never
 * wait for the database: results go to the writer, and the next batch is taken while this one is sent.
 */
export async function drainEndpoint(
  deps: DrainDeps,
  claim: EndpointClaim,
  { signal, closing }: DrainSignals,
): Promise<void> {
  const { clock, taker, turnMs, writer } = deps;
  const pace = createPace(claim.recentSends);
  const health = createHealth(claim, deps.slotsMax, (now) => pace.lastSecond(now));
  const perSecond = (): number | null => lesser(claim.maxPerSecond, health.rate());
  // Not more than can be sent in this turn.
  const batchSize = Math.min(BATCH_MAX, ((perSecond() ?? BATCH_MAX) * turnMs) / 1_000);
  /** The next batch is read when fewer wait, so that no slot runs dry. */
  const lowWater = batchSize / 2;
  const wake = createWake();
  const halt = new AbortController();
  const queue: NumberedDelivery[] = [];
  /** Read, and not durably written yet. */
  const held = new Set<string>();
  let active = 0;
  let gone = false;
  let failure: { reason: unknown } | null = null;
  let later: NodeJS.Timeout | null = null;
  const stop = (): void => {
    halt.abort();
    wake.notify();
  };

  const tally = createTally();
  const attempt = createAttempt(deps, claim, tally);
  const learn = (outcome: Outcome, now: Date): void => {
    gone ||= outcome.verdict === "gone";
    if (health.note(outcome, now) || gone) stop();
  };
  const send = async (delivery: NumberedDelivery): Promise<void> => {
    const { record, outcome } = await attempt(delivery);
    active -= 1;
    learn(outcome, record.finished_at);
    pump();
    await writer.write(record);
    held.delete(delivery.id);
    wake.notify();
  };
  const pump = (): void => {
    while (!halt.signal.aborted && later === null && active < health.slots()) {
      const waitMs = queue.length > 0 ? pace.wait(clock.now(), perSecond()) : 0;
      if (waitMs > 0) {
        later = setTimeout(() => {
          later = null;
          pump();
        }, waitMs);
        break;
      }
      const delivery = queue.shift();
      if (delivery === undefined) break;
      active += 1;
      pace.sent(clock.now());
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
    let patient = false;
    let tookAt = -Infinity;
    while (!halt.signal.aborted) {
      const nothingHeld = held.size === 0;
      const taken = await taker.take(claim, { now: clock.now(), after, except: [...held], limit: batchSize }, patient);
      if (taken === null) break;
      for (const { id } of taken) held.add(id);
      queue.push(...taken);
      pump();
      if (taken.length > 0) tookAt = performance.now();
      const last = taken.at(-1);
      patient = taken.length < batchSize || last === undefined;
      if (!patient) {
        after = last ?? null;
        await wake.until(() => halt.signal.aborted || queue.length < lowWater);
      } else {
        // The end of what was due. Look again from the start: a transaction that was open may have committed since.
        after = null;
        const lingers = performance.now() - tookAt < deps.lingerMs && !closing.aborted && deps.hasRoom();
        if (nothingHeld && taken.length === 0 && !lingers) break;
      }
    }
  } finally {
    clearTimeout(turn);
    if (later !== null) clearTimeout(later);
    signal.removeEventListener("abort", stop);
    halt.abort();
    const unsent = queue.splice(0);
    for (const { id } of unsent) held.delete(id);
    await wake.until(() => held.size === 0);
    await giveBack(deps, claim, {
      health: health.state(),
      pace,
      tally,
      gone,
      unsent: failure === null ? unsent : null,
    });
  }
  if (failure !== null) throw (failure as { reason: unknown }).reason;
}
