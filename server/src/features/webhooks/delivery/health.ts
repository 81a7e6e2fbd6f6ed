import type { Outcome } from "./outcome.ts";

/** What an endpoint bears, as learned from its answers; kept on its row between drains. */
export interface HealthState {
  /** Failed attempts in a row, over all deliveries. */
  failures: number;
  /** How often in a row the circuit opened. */
  trips: number;
  /** Requests at once that it bears; null: no reason to send less than allowed. */
  slots: number | null;
  /** Requests per second that it bears; null: no reason to send less than allowed. */
  rate: number | null;
  restingUntil: Date | null;
  /** The first failure after which nothing succeeded, and the attempts since then. */
  failingSince: Date | null;
  failingAttempts: number;
}

export interface Health {
  /** Requests at once that may be open now. */
  slots(): number;
  /** Requests per second that it bears now; null: as many as allowed. */
  rate(): number | null;
  /** Learns from an answer. True: send nothing more for now, `state().restingUntil` says until when. */
  note(outcome: Pick<Outcome, "verdict" | "retryAfterMs">, now: Date): boolean;
  state(): HealthState;
}

export const FAILURES_TO_OPEN = 10;
const OPEN_MS = 30_000;
const REST_MAX_MS = 600_000;
const THROTTLED_REST_MS = 1_000;
/** What a rate gains in each second in which it is used up. */
const RATE_GAIN = 5;
/** Not worth a limit any more. */
const RATE_MAX = 1_000;

/**
 * The circuit breaker and the brake of one endpoint.
 *
 * Ten failures in a row open the circuit for 30 s; then one request probes, and each failed probe doubles the rest, up
 * to 10 min. A 429, or a `Retry-After`, halves the requests at once and per second and lets the endpoint rest as long as
 * it asked (at most 10 min). Each success gives one slot back, and the rate grows by 5 a second.
 */
export function createHealth(before: HealthState, slotsMax: number, sentLastSecond: (now: Date) => number): Health {
  const probing = before.failures >= FAILURES_TO_OPEN;
  let { failures, trips, failingSince, failingAttempts, rate } = before;
  let slots = probing ? 1 : Math.min(before.slots ?? slotsMax, slotsMax);
  let restingUntil: Date | null = null;

  const rest = (ms: number, now: Date): true => {
    const until = new Date(now.getTime() + Math.min(ms, REST_MAX_MS));
    if (restingUntil === null || until > restingUntil) restingUntil = until;
    return true;
  };

  return {
    slots: () => slots,
    rate: () => (rate === null ? null : Math.floor(rate)),
    note({ verdict, retryAfterMs }, now) {
      if (verdict === "success") {
        failures = 0;
        trips = 0;
        failingSince = null;
        failingAttempts = 0;
        if (slots < slotsMax) slots += 1;
        if (rate !== null) rate = rate + RATE_GAIN / rate < RATE_MAX ? rate + RATE_GAIN / rate : null;
        return restingUntil !== null;
      }
      failingSince ??= now;
      failingAttempts += 1;
      // Answers that were under way when the circuit opened say nothing new.
      if (restingUntil !== null && verdict === "failure") return true;
      if (verdict === "throttled") {
        if (restingUntil === null) {
          slots = Math.max(1, Math.floor(slots / 2));
          rate = Math.max(1, Math.min(rate ?? Infinity, sentLastSecond(now)) / 2);
        }
        return rest(retryAfterMs ?? THROTTLED_REST_MS, now);
      }
      failures += 1;
      if (failures < FAILURES_TO_OPEN) return false;
      trips += 1;
      return rest(OPEN_MS * 2 ** Math.min(trips - 1, 10), now);
    },
    state: () => ({
      failures,
      trips,
      slots: slots < slotsMax ? slots : null,
      rate,
      restingUntil,
      failingSince,
      failingAttempts,
    }),
  };
}
