import type { Rate } from "../plans/index.ts";

/** `x-rate-class` of an operation. */
export type RateClass = "read" | "write" | "generate" | "auth" | "none";

const HOUR = 3600;

/** People at the console, all sessions of an account together; does not use up what the account's programs have. */
export const sessionRate: Rate = { max: 3600, seconds: HOUR };

/** Callers without a credential, per address. */
export const addressRates: Record<Exclude<RateClass, "none">, Rate> = {
  auth: { max: 20, seconds: 60 },
  generate: { max: 60, seconds: 60 },
  write: { max: 60, seconds: 60 },
  read: { max: 600, seconds: 60 },
};

/** Unknown, expired or revoked credentials, per address. (API-13) */
export const badCredentialRate: Rate = { max: 20, seconds: 60 };
