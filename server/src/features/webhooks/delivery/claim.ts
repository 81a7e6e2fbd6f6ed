import type { HealthState } from "./health.ts";
import type { RecentSends } from "./pace.ts";

/** An endpoint that this process alone sends to, until its lease ends. */
export interface EndpointClaim extends HealthState {
  accountId: string;
  id: string;
  url: string;
  sealedSecret: string;
  /** Signs too until then. */
  previousSecret: { sealed: string; until: Date } | null;
  leaseToken: string;
  /** One at a time, in sequence. */
  ordered: boolean;
  /** What an ordered endpoint does about a delivery that is given up. */
  onFailure: "skip" | "pause";
  maxPerSecond: number | null;
  /** By whoever held it before. */
  recentSends: RecentSends | null;
}

/** A delivery that was taken up. */
export interface NumberedDelivery {
  id: string;
  /** What its receiver sees: gap-free per endpoint, in the order in which events were taken up. */
  sequence: number;
  eventId: string;
  /** Made since it was last asked for. */
  attempts: number;
  nextAttemptAt: Date;
  requestId: string | null;
  /** The exact bytes to send, as text. */
  payload: string;
}
