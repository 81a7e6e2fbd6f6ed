/** `x-rate-class` of an operation. */
export type RateClass = "read" | "write" | "generate" | "auth" | "none";

/** `max` requests in each window of `seconds`. */
export interface Rate {
  max: number;
  seconds: number;
}

export interface Tier {
  /** The plan's quota. */
  quota: Rate;
  /** How much of it may come at once; null where the quota itself is small enough. */
  burst: Rate | null;
}

const HOUR = 3600;
const paid: Tier = { quota: { max: 1000, seconds: HOUR }, burst: { max: 200, seconds: 10 } };

/** What each plan allows an account through its keys. The only place with these numbers. (API-30) */
export const tiers = {
  free: { quota: { max: 10, seconds: HOUR }, burst: null },
  basic: paid,
  standard: paid,
  pro: paid,
  enterprise: { quota: { max: 100_000, seconds: HOUR }, burst: { max: 5000, seconds: 10 } },
  /** Every account's sandbox twin, whatever its plan: tests poll a lot and harm nobody. */
  sandbox: { quota: { max: 10_000, seconds: HOUR }, burst: { max: 2000, seconds: 10 } },
} satisfies Record<string, Tier>;

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
