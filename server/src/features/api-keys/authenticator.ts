import { isIP } from "node:net";
import type { Clock } from "../../platform/clock/index.ts";
import type { NamedKey } from "../../platform/config/index.ts";
import { createPeppers } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Authentication, Authenticator } from "../../platform/http/authenticate.ts";
import type { Principal } from "../../platform/http/context.ts";
import { createLastUsedRecorder } from "../../platform/last-used/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { createSessionLookup } from "../accounts/index.ts";
import { accessTokenPrefix, createTokenLookup } from "../oauth/index.ts";
import { createKeyLookup } from "./key-lookup.ts";
import { writeLastUses } from "./store.ts";

export interface AuthenticatorDeps {
  db: Database;
  clock: Clock;
  config: { keyPeppers: readonly NamedKey[] };
  log: Logger;
}

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * `Authorization: Bearer <API key, session token or OAuth access token>` → who it is. All wrong credentials give the same answer; a right one
 * in the wrong mode is told, for it gives nothing away to its holder.
 */
export function createAuthenticator({
  db,
  clock,
  config,
  log,
}: AuthenticatorDeps): Authenticator & { close(): Promise<void> } {
  const keys = createKeyLookup({ db, clock, peppers: createPeppers(config.keyPeppers) });
  const sessions = createSessionLookup({ db, clock, log });
  const tokens = createTokenLookup({ db, clock });
  const lastUsed = createLastUsedRecorder({
    write: (uses) => db.asSystem("write when API keys were last used", (tx) => writeLastUses(tx, uses)),
    log,
  });
  return {
    authenticate: async ({ authorization, mode, ip }) => {
      if (authorization === undefined) return { outcome: "missing" };
      const credential = BEARER.exec(authorization)?.[1];
      if (credential === undefined) return { outcome: "bad_credential" };
      if (credential.startsWith("amv_session_")) {
        const principals = await sessions.find(credential);
        // Any other value of the header is refused by the specification's own check.
        return principals
          ? authenticated(principals[mode === "test" ? "test" : "live"])
          : { outcome: "bad_credential" };
      }
      if (credential.startsWith(accessTokenPrefix)) {
        const principal = await tokens.find(credential);
        if (!principal) return { outcome: "bad_credential" };
        return mode === undefined || mode === principal.mode
          ? authenticated(principal)
          : contradiction(principal, mode);
      }
      const found = await keys.find(credential);
      if (!found) return { outcome: "bad_credential" };
      if (!found.allows(ip)) return { outcome: "ip_not_allowed" };
      const { principal } = found;
      const { accountId, keyId } = principal;
      if (keyId !== null) lastUsed.note({ accountId, id: keyId, at: clock.now(), ip: isIP(ip) === 0 ? null : ip });
      return mode === undefined || mode === principal.mode ? authenticated(principal) : contradiction(principal, mode);
    },
    close: async () => {
      keys.close();
      await sessions.close();
      tokens.close();
      await lastUsed.close();
    },
  };
}

function authenticated(principal: Principal): Authentication {
  return { outcome: "authenticated", principal };
}

function contradiction(principal: Principal, mode: string): Authentication {
  return {
    outcome: "mode_mismatch",
    principal,
    detail: `This credential is for ${principal.mode} mode, but the header MusicVerse-Mode says "${mode.slice(0, 20)}". Leave the header out, or use a credential of that mode.`,
  };
}
