import { createNotifiedCache } from "../../platform/cache/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { accountLimitsChannel, type Rate } from "../plans/index.ts";
import { selectOverridesOf, type OverrideRow } from "./store.ts";

/** Numbers in place of others; null leaves those as they are. */
export interface Override {
  quota: Rate | null;
  burst: Rate | null;
  expiresAt: Date | null;
}

export interface AccountOverrides {
  account: Override | null;
  /** By key id. */
  keys: ReadonlyMap<string, Override>;
}

export interface OverrideLookup {
  /** At once when cached. */
  of(accountId: string): AccountOverrides | Promise<AccountOverrides>;
  close(): void;
}

const CACHED_MS = 10 * 60 * 1000;
const NONE: AccountOverrides = Object.freeze({ account: null, keys: new Map() });

/** What was set by hand for an account and its keys, known in every process within a second of the change. */
export function createOverrideLookup(db: Database): OverrideLookup {
  const cache = createNotifiedCache<AccountOverrides>({
    db,
    channel: accountLimitsChannel,
    ttlMs: CACHED_MS,
    load: async (accountId) => {
      const rows = await db.readSystem<OverrideRow>(
        "override look-up: before the tenant's own work",
        selectOverridesOf(accountId),
      );
      return rows.length === 0 ? NONE : overridesOf(rows);
    },
  });
  return {
    of: (accountId) => {
      const found = cache.get(accountId);
      return found instanceof Promise ? found.then((loaded) => loaded ?? NONE) : (found ?? NONE);
    },
    close: cache.close,
  };
}

function overridesOf(rows: OverrideRow[]): AccountOverrides {
  const account = rows.find((row) => row.api_key_id === null);
  const keys = rows.flatMap((row) => (row.api_key_id === null ? [] : [[row.api_key_id, toOverride(row)] as const]));
  return { account: account ? toOverride(account) : null, keys: new Map(keys) };
}

function toOverride(row: OverrideRow): Override {
  return {
    quota: rateOf(row.quota_max, row.quota_seconds),
    burst: rateOf(row.burst_max, row.burst_seconds),
    expiresAt: row.expires_at,
  };
}

function rateOf(max: number | null, seconds: number | null): Rate | null {
  return max === null || seconds === null ? null : { max, seconds };
}

/** Null for one that has expired: what the plan says counts again. */
export function inForce(override: Override | null | undefined, now: Date): Override | null {
  return override && (override.expiresAt === null || override.expiresAt > now) ? override : null;
}
