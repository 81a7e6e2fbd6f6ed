export const TURN_MS = 250;

export type Side = "recording" | "silent";

/** What the server was like during one turn. */
export interface Turn {
  perSecond: number;
  /** CPU of the process per request. */
  cpuUs: number;
}

export interface UsageTurns {
  turns: Record<Side, Turn[]>;
  /** Requests, of all turns. */
  accepted: number;
  stored: number;
}
