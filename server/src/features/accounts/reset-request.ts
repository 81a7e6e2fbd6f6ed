import type { KeyRing } from "../../platform/crypto/index.ts";
import { defineLeasedWork, type Lease, type WorkKind } from "../../platform/work/index.ts";
import type { AccountsDeps } from "./deps.ts";
import { issueToken } from "./one-time-token.ts";
import { selectUserByEmail, type UserRow } from "./store.ts";
import { resetRequestLeases, type ResetRequestRow } from "./token-store.ts";

export const resetRequestKind = "password-reset";

interface ResetRequest {
  email: string;
  /** Where the API that took the request is reached from outside. */
  origin: string;
}

const aad = (id: string) => `password_reset_request|${id}|content`;

export function sealResetRequest(keyRing: KeyRing, id: string, request: ResetRequest): string {
  return keyRing.encrypt(JSON.stringify(request), aad(id));
}

const leaseMs = 60_000;

/** Looks up who asked for a reset mail, and writes the mail; an address without an account gets nothing. */
export function resetRequestWork(
  deps: Pick<AccountsDeps, "db" | "clock" | "keyRing" | "notify">,
): WorkKind<ResetRequestRow & Lease> {
  const { db, clock, keyRing, notify } = deps;
  return defineLeasedWork({
    name: resetRequestKind,
    db,
    leases: resetRequestLeases,
    concurrency: 2,
    leaseMs,
    run: async (claim) => {
      const { id, content } = claim;
      const { email, origin } = JSON.parse(keyRing.decrypt(content, aad(id))) as ResetRequest;
      const [user] = await db.readSystem<UserRow>(
        "password reset: the address names the tenant",
        selectUserByEmail(email),
      );
      await db.asSystem("answer a password reset request", async (tx) => {
        if (!(await resetRequestLeases.remove(tx, claim)) || !user) return;
        const to = { accountId: user.account_id, userId: user.id, email };
        const { token } = await issueToken(tx, "reset_password", to, clock.now());
        await notify(tx, user.account_id, {
          to: email,
          subject: "Choose a new password",
          paragraphs: [
            "Somebody, probably you, asked for a new password for your MusicVerse account. The link below works once, for an hour.",
            "If it was not you, there is nothing to do: your password stays as it is.",
          ],
          action: { label: "Choose a new password", url: `${origin}/reset-password?token=${token}` },
        });
      });
    },
  });
}
