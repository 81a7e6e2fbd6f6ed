import { scopes } from "../../generated/scopes.ts";
import { createNotifiedCache } from "../../platform/cache/index.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import { createLastUsedRecorder } from "../../platform/last-used/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { effectiveScopes } from "./scopes.ts";
import { hashToken, sessionTokenPrefix } from "./session-token.ts";
import { writeSessionUses } from "./session-store.ts";
import { credentialsChannel, type LiveSessionRow, selectSession } from "./store.ts";

/** Who a session token stands for, in each mode; null for a token that is unknown, ended or expired. */
export interface SessionLookup {
  find(token: string): Promise<Record<"live" | "test", Principal> | null>;
  /** Writes when sessions were last used. */
  close(): Promise<void>;
}

interface KnownSession {
  id: string;
  expiresAtMs: number;
  principals: Record<"live" | "test", Principal>;
}

const TOKEN = new RegExp(`^${sessionTokenPrefix}[0-9A-Za-z]{43}$`);

export function createSessionLookup({ db, clock, log }: { db: Database; clock: Clock; log: Logger }): SessionLookup {
  const lastUsed = createLastUsedRecorder({
    log,
    write: (uses) => db.asSystem("note when sessions were last used", (tx) => writeSessionUses(tx, uses)),
  });
  const cache = createNotifiedCache<KnownSession>({
    db,
    channel: credentialsChannel,
    load: async (tokenHash) => {
      const statement = selectSession(Buffer.from(tokenHash, "hex"));
      const [row] = await db.readSystem<LiveSessionRow>("session look-up: the token names the tenant", statement);
      return row ? knownSession(row) : null;
    },
  });
  return {
    find: async (token) => {
      if (!TOKEN.test(token)) return null;
      const session = await cache.get(hashToken(token).toString("hex"));
      if (!session || session.expiresAtMs <= clock.now().getTime()) return null;
      lastUsed.note({ accountId: session.principals.live.accountId, id: session.id, at: clock.now(), ip: null });
      return session.principals;
    },
    close: async () => {
      cache.close();
      await lastUsed.close();
    },
  };
}

/** A session may do everything that its account may (people at the console). */
function knownSession(row: LiveSessionRow): KnownSession {
  const principal = (mode: "live" | "test", accountId: string, isAdmin: boolean): Principal =>
    Object.freeze({
      kind: "session",
      accountId,
      mode,
      scopes: effectiveScopes(scopes, { is_admin: isAdmin }),
      keyId: null,
      sessionId: row.id,
      userId: row.user_id,
      expiresAt: row.expires_at,
    });
  return {
    id: row.id,
    expiresAtMs: row.expires_at.getTime(),
    principals: {
      live: principal("live", row.live_id, row.is_admin),
      test: principal("test", row.sandbox_id, false),
    },
  };
}
