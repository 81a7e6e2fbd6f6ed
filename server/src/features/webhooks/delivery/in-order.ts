import { createTally } from "../stats/tally.ts";
import type { EndpointClaim, NumberedDelivery } from "./claim.ts";
import type { DrainDeps, DrainSignals } from "./deps.ts";
import { createAttempt, giveBack } from "./give-back.ts";
import { createHealth, type HealthState } from "./health.ts";
import { numberInOrder } from "./numbering.ts";
import { createPace, lesser } from "./pace.ts";
import { pauseEndpoint, readNumbered } from "./store.ts";
import { createWake } from "./wake.ts";

const BATCH_SIZE = 100;

/**
 * Sends to an ordered endpoint: one delivery at a time, by its number, and the next one only when the result of
 * the one before is durable. One that failed blocks the others until its next attempt, and so on until it succeeds or is
 * given up; then the endpoint goes on with the next (`skip`) or is paused (`pause`).
 */
export async function drainInOrder(
  deps: DrainDeps,
  claim: EndpointClaim,
  { signal }: Pick<DrainSignals, "signal">,
): Promise<void> {
  const { clock, writer } = deps;
  const pace = createPace(claim.recentSends);
  const health = createHealth(claim, 1, (now) => pace.lastSecond(now));
  const tally = createTally();
  const attempt = createAttempt(deps, claim, tally);
  const wake = createWake();
  const endsAt = performance.now() + deps.turnMs;
  const over = (): boolean => signal.aborted || performance.now() >= endsAt;
  const notify = (): void => wake.notify();
  signal.addEventListener("abort", notify, { once: true });
  let gone = false;
  let blockedUntil: Date | null = null;

  /** Until the pace allows one more. */
  const paced = async (): Promise<void> => {
    for (;;) {
      const waitMs = pace.wait(clock.now(), lesser(claim.maxPerSecond, health.rate()));
      if (waitMs === 0 || signal.aborted) return;
      await wake.until(() => signal.aborted, waitMs);
    }
  };
  /** True: go on with the next one. */
  const send = async (delivery: NumberedDelivery): Promise<boolean> => {
    await paced();
    if (over()) return false;
    if (delivery.nextAttemptAt > clock.now()) {
      blockedUntil = delivery.nextAttemptAt;
      return false;
    }
    pace.sent(clock.now());
    const { record, outcome } = await attempt(delivery);
    gone ||= outcome.verdict === "gone";
    const pauses = outcome.status === "failed" && claim.onFailure === "pause" && !gone;
    // Before the result: a crash between the two repeats an attempt, and never goes on without the delivery.
    if (pauses) await pause(deps, claim);
    await writer.write(record);
    const rests = health.note(outcome, record.finished_at);
    blockedUntil = outcome.nextAttemptAt;
    return !pauses && !rests && !gone && blockedUntil === null;
  };

  try {
    for (let goOn = true; goOn && !over();) {
      const batch = await nextInOrder(deps, claim);
      if (batch.length === 0) break;
      for (const delivery of batch) {
        goOn = await send(delivery);
        if (!goOn) break;
      }
    }
  } finally {
    signal.removeEventListener("abort", notify);
    await giveBack(deps, claim, { health: resting(health.state(), blockedUntil), pace, tally, gone, unsent: [] });
  }
}

/** New ones get their numbers when those that have one are not enough; all of them stay before all new ones. */
async function nextInOrder({ db, clock }: DrainDeps, claim: EndpointClaim): Promise<NumberedDelivery[]> {
  const numbered = await readNumbered(db, claim, BATCH_SIZE);
  if (numbered.length === BATCH_SIZE) return numbered;
  const more = await db.withTenant(claim.accountId, (tx) => numberInOrder(tx, claim, clock.now(), BATCH_SIZE));
  return more ? readNumbered(db, claim, BATCH_SIZE) : numbered;
}

/** Its owner decides: retry the delivery that was given up, or enable the endpoint and so go on without it. */
async function pause({ db, clock, notify }: DrainDeps, claim: EndpointClaim): Promise<void> {
  const { host } = new URL(claim.url);
  await db.withTenant(claim.accountId, async (tx) => {
    if (!(await pauseEndpoint(tx, claim, clock.now()))) return;
    await notify(tx, claim.accountId, {
      subject: "Your webhook endpoint was paused",
      paragraphs: [
        `All attempts of a delivery to ${host} failed. The endpoint gets its events in order and is set to stop then, so it is paused.`,
        "Retry that delivery, which then goes first, and enable the endpoint; or only enable it, to go on without the delivery.",
      ],
    });
  });
}

/** Nobody needs to look at the endpoint before the delivery that blocks it is due. */
function resting(state: HealthState, blockedUntil: Date | null): HealthState {
  const { restingUntil } = state;
  const later =
    restingUntil === null || (blockedUntil !== null && blockedUntil > restingUntil) ? blockedUntil : restingUntil;
  return { ...state, restingUntil: later };
}
