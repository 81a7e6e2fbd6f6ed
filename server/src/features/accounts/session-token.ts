import { hash } from "node:crypto";
import { randomBase62 } from "../../platform/crypto/index.ts";
import { encodeId, newId } from "../../platform/ids/index.ts";
import type { Person } from "./session-store.ts";
import { insertSession } from "./store.ts";
import type { components } from "../../generated/openapi.types.ts";
import type { SystemTx } from "../../platform/db/index.ts";
import { DAY_MS } from "../../platform/time/index.ts";

type Session = components["schemas"]["Session"];

export const sessionTokenPrefix = "amv_session_";
const IP_LENGTH_MAX = 100;
const USER_AGENT_LENGTH_MAX = 300;
const LIFETIME_MS = 30 * DAY_MS;

/** When a session began that ends at `end`. */
export const beginOf = (end: Date): Date => new Date(end.getTime() - LIFETIME_MS);

/** What is stored of a token. It has 256 random bits, so a plain hash cannot be guessed back. */
export function hashToken(token: string): Buffer {
  return hash("sha256", token, "buffer");
}

/** Signs a user in: stores the session and returns it with its token, which exists nowhere else. */
export async function openSession(
  tx: SystemTx,
  user: Person,
  { now, ip, userAgent }: { now: Date; ip: string; userAgent: string | undefined },
): Promise<Session> {
  const token = sessionTokenPrefix + randomBase62(43);
  const session = {
    account_id: user.accountId,
    id: newId(),
    user_id: user.userId,
    token_hash: hashToken(token),
    created_at: now,
    expires_at: new Date(now.getTime() + LIFETIME_MS),
    last_used_at: now,
    ip: ip.slice(0, IP_LENGTH_MAX),
    user_agent: userAgent?.slice(0, USER_AGENT_LENGTH_MAX) ?? null,
  };
  await insertSession(tx, session);
  return {
    object: "session",
    id: encodeId("ses", session.id),
    token,
    expires_at: session.expires_at.toISOString(),
    account_id: encodeId("acc", user.accountId),
  };
}
