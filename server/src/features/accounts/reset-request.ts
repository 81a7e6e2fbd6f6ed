import type { KeyRing } from "../../platform/crypto/index.ts";
import type { WorkKind } from "../../platform/work/index.ts";
import type { AccountsDeps } from "./deps.ts";
import { issueToken } from "./one-time-token.ts";
import { selectUserByEmail, type UserRow } from "./store.ts";
import { claimResetRequest, deleteResetRequest, type ResetRequestRow, selectResetRequestsDue } from "./token-store.ts";

export const resetRequestKind = "password-reset";
/** Stands where a pointer names its account: a request has none. */
export const resetNobody = "00000000-0000-0000-0000-000000000000";

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
): WorkKind<ResetRequestRow> {
  const { db, clock, keyRing, notify } = deps;
  return {
    name: resetRequestKind,
    queue: resetRequestKind,
    concurrency: 2,
    leaseMs,
    due: async (limit, among) => {
      const ids = among?.map(({ id }) => id) ?? null;
      const rows = await db.asSystem("sweep password reset requests", (tx) => selectResetRequestsDue(tx, limit, ids));
      return rows.map(({ id }) => ({ id, accountId: resetNobody }));
    },
    claim: ({ id }) => db.asSystem("take a password reset request", (tx) => claimResetRequest(tx, id, leaseMs)),
    run: async ({ id, content }) => {
      const { email, origin } = JSON.parse(keyRing.decrypt(content, aad(id))) as ResetRequest;
      const [user] = await db.readSystem<UserRow>(
        "password reset: the address names the tenant",
        selectUserByEmail(email),
      );
      await db.asSystem("answer a password reset request", async (tx) => {
        if (!(await deleteResetRequest(tx, id)) || !user) return;
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
  };
}
