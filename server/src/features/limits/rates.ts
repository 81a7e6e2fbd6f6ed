import type { operations } from "../../generated/operations.ts";
import type { Rate } from "../plans/index.ts";

/** `x-rate-class` of an operation. */
export type RateClass = (typeof operations)[keyof typeof operations]["rateClass"];

const HOUR = 3600;

/** People at the console, all sessions of an account together; does not use up what the account's programs have. */
export const sessionRate: Rate = { max: 3600, seconds: HOUR };

/** Making credentials, whoever asks for it, on top of what else counts the request. */
export const credentialRate: Rate = { max: 120, seconds: HOUR };

/** Asking for one's own limits, which uses up nothing else. */
export const inspectRate: Rate = { max: 120, seconds: 60 };

/** Callers without a credential, per address. */
export const addressRates = {
  auth: { max: 20, seconds: 60 },
  generate: { max: 60, seconds: 60 },
  /** What providers send: a few addresses speak for all of their customers, and come back after a 429. */
  hooks: { max: 1200, seconds: 60 },
  write: { max: 60, seconds: 60 },
  read: { max: 600, seconds: 60 },
} satisfies Partial<Record<RateClass, Rate>>;

/** Unknown, expired or revoked credentials, per address. */
export const badCredentialRate: Rate = { max: 20, seconds: 60 };
