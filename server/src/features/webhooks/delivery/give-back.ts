import { addStats } from "../stats/store.ts";
import type { Tally } from "../stats/tally.ts";
import { createSigner, openSecret } from "../secret.ts";
import type { EndpointClaim, NumberedDelivery } from "./claim.ts";
import { attemptDelivery, type AttemptDeps, type AttemptResult } from "./attempt.ts";
import type { DrainDeps } from "./deps.ts";
import { announceDisabled, isFailingLong, judgeFailing } from "./failing.ts";
import type { HealthState } from "./health.ts";
import { purgeNumbers } from "./numbering.ts";
import type { Pace } from "./pace.ts";
import { disableEndpoint, releaseEndpoint } from "./store.ts";

const goneReason = "The endpoint answered 410 Gone: it wants no deliveries any more.";

export interface DrainEnd {
  health: HealthState;
  pace: Pace;
  tally: Tally;
  /** It answered 410. */
  gone: boolean;
  /** Taken up and not sent; null when not all results could be written: then the next holder sorts it out. */
  unsent: NumberedDelivery[] | null;
}

/** Gives the endpoint back with what was learned, and with what follows from it. */
export async function giveBack(deps: DrainDeps, claim: EndpointClaim, end: DrainEnd): Promise<void> {
  const now = deps.clock.now();
  const { health, gone, unsent } = end;
  const paced = claim.maxPerSecond !== null || health.rate !== null;
  await deps.db.withTenant(claim.accountId, async (tx) => {
    const disabled = gone ? await disableEndpoint(tx, claim, goneReason, now) : null;
    const held = await releaseEndpoint(tx, claim, health, paced ? end.pace.state(now) : null);
    await Promise.all([
      held && unsent !== null ? purgeNumbers(tx, claim.id, unsent) : undefined,
      addStats(tx, claim.id, end.tally.rows()),
    ]);
    if (disabled !== null) await announceDisabled(deps, tx, disabled);
    else if (isFailingLong(health.failingSince, now)) await judgeFailing(deps, tx, claim.id);
  });
}

/** Sends one delivery of the claimed endpoint once, and counts it. */
export function createAttempt(
  { keyRing, pools, clock, random, limits, metrics }: DrainDeps,
  claim: EndpointClaim,
  tally: Tally,
): (delivery: NumberedDelivery) => Promise<AttemptResult> {
  const url = new URL(claim.url);
  const open = (sealed: string) => openSecret(keyRing, claim.accountId, claim.id, sealed);
  const previous = claim.previousSecret && {
    secret: open(claim.previousSecret.sealed),
    until: claim.previousSecret.until,
  };
  const deps: AttemptDeps = {
    accountId: claim.accountId,
    pool: pools.get(claim.id, url.origin),
    path: url.pathname + url.search,
    sign: createSigner(open(claim.sealedSecret), previous),
    clock,
    random,
    limits,
  };
  return async (delivery) => {
    const result = await attemptDelivery(deps, delivery);
    const { record, outcome } = result;
    tally.note(record);
    metrics.attempt(outcome.verdict);
    if (delivery.attempts === 0)
      metrics.firstAttempt((record.started_at.getTime() - delivery.nextAttemptAt.getTime()) / 1_000);
    return result;
  };
}
