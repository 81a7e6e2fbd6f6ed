import { timingSafeEqual } from "node:crypto";
import { createNotifiedCache } from "../../platform/cache/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { Peppers } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import { credentialsChannel, effectiveScopes, plainScopes } from "../accounts/index.ts";
import { allowedBy } from "./ip-allowlist.ts";
import { parseKey } from "./key-format.ts";
import { selectUsableKey, type UsableKeyRow } from "./store.ts";

/** Who an API key stands for; null for one that is malformed, unknown, wrong, revoked or expired. */
export interface KeyLookup {
  find(key: string): Promise<FoundKey | null>;
  close(): void;
}

export interface FoundKey {
  principal: Principal;
  /** Whether it may be used from this address. */
  allows(ip: string): boolean;
}

interface KnownKey extends FoundKey {
  hash: Buffer;
  pepperVersion: string;
  expiresAtMs: number;
}

/** Compared with when there is no such key, so that its absence costs the same work. No HMAC is all zeros. */
const NO_HASH = Buffer.alloc(32);

export function createKeyLookup({ db, clock, peppers }: { db: Database; clock: Clock; peppers: Peppers }): KeyLookup {
  const cache = createNotifiedCache<KnownKey>({
    db,
    channel: credentialsChannel,
    load: async (publicId) => {
      const [row] = await db.readSystem<UsableKeyRow>(
        "key look-up: the key names the tenant",
        selectUsableKey(publicId, plainScopes),
      );
      // Made of a decoy too, for the time that it takes. No row: nobody has an account yet.
      const known = row && knownKey(row);
      return known && row.is_real ? known : null;
    },
  });
  return {
    find: async (key) => {
      const parsed = parseKey(key);
      if (!parsed) return null;
      const known = await cache.get(parsed.publicId);
      // Before anything else is looked at: every refusal has done this work.
      const matches = timingSafeEqual(
        peppers.hash(known?.pepperVersion ?? peppers.current, key),
        known?.hash ?? NO_HASH,
      );
      return known && matches && known.expiresAtMs > clock.now().getTime() ? known : null;
    },
    close: cache.close,
  };
}

function knownKey(row: UsableKeyRow): KnownKey {
  return {
    hash: row.hash,
    pepperVersion: row.pepper_version,
    expiresAtMs: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
    allows: allowedBy(row.ip_allowlist),
    principal: Object.freeze({
      kind: "api_key",
      accountId: row.account_id,
      mode: row.mode,
      scopes: effectiveScopes(row.scopes, row),
      keyId: row.id,
      sessionId: null,
      userId: null,
      expiresAt: row.expires_at,
    }),
  };
}
