import { randomBase62 } from "../../platform/crypto/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import { hashToken } from "./session-token.ts";
import { insertToken, type TokenPurpose } from "./token-store.ts";
import { HOUR_MS } from "../../platform/time/index.ts";

const prefix = "amv_once_";

/** How long the link in a mail works. A reset is short: whoever reads the mail later must not own the account. */
const lifetimesMs: Record<TokenPurpose, number> = { verify_email: 24 * HOUR_MS, reset_password: HOUR_MS };

export interface OneTimeToken {
  token: string;
  expiresAt: Date;
}

/** Stores the hash of a new token and returns the token, which exists nowhere else but in the mail. */
export async function issueToken(
  tx: Tx,
  purpose: TokenPurpose,
  to: { accountId: string; userId: string; email: string },
  now: Date,
): Promise<OneTimeToken> {
  const token = prefix + randomBase62(43);
  const expiresAt = new Date(now.getTime() + lifetimesMs[purpose]);
  await insertToken(tx, {
    account_id: to.accountId,
    id: newId(),
    user_id: to.userId,
    purpose,
    token_hash: hashToken(token),
    email: to.email,
    created_at: now,
    expires_at: expiresAt,
  });
  return { token, expiresAt };
}
