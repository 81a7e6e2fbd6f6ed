import { hashPassword } from "../../platform/crypto/index.ts";
import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import { normalizeEmail } from "./email.ts";
import { sendVerification } from "./email-verification.ts";
import { presentProfile } from "./present.ts";
import type { AccountsDeps } from "./deps.ts";
import { openSession } from "./session-token.ts";
import { type AccountRow, insertAccounts, insertUser } from "./store.ts";

export const signUp =
  (deps: AccountsDeps): Handler<"signUp"> =>
  async ({ body, headers, ip }) => {
    const { db, clock } = deps;
    const email = normalizeEmail(body.email);
    const passwordHash = await hashPassword(body.password);
    const now = clock.now();
    const [liveId, sandboxId, userId] = [newId(), newId(), newId()];
    const common = { name: body.name.trim(), plan: "free", created_at: now };
    const live: AccountRow = { ...common, id: liveId, mode: "live", twin_id: sandboxId };
    const sandbox: AccountRow = { ...common, id: sandboxId, mode: "test", twin_id: liveId };

    return db.asSystem("sign up: there is no tenant yet", async (tx) => {
      await insertAccounts(tx, [live, sandbox]);
      const user = { account_id: liveId, id: userId, email, password_hash: passwordHash, created_at: now };
      if (!(await insertUser(tx, user))) throw new ProblemError("email_taken");
      const session = await openSession(tx, { accountId: liveId, userId }, { now, ip, userAgent: headers["user-agent"] });
      await sendVerification(deps, tx, { accountId: liveId, userId, email });
      return created({ account: presentProfile({ ...live, email, email_verified: false, pending_email: null }), session });
    });
  };
