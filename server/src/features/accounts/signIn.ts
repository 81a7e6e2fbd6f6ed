import { verifyPassword } from "../../platform/crypto/index.ts";
import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { normalizeEmail } from "./email.ts";
import type { AccountsDeps } from "./deps.ts";
import { openSession } from "./session-token.ts";
import { createSignInThrottle } from "./sign-in-throttle.ts";
import { selectUserByEmail, type UserRow } from "./store.ts";

export const signIn = ({ db, clock, limiter }: AccountsDeps): Handler<"signIn"> => {
  const throttle = createSignInThrottle(limiter);
  return async ({ body, headers, ip }) => {
    const email = normalizeEmail(body.email);
    const user = await throttle.run(email, ip, async () => {
      const [known] = await db.readSystem<UserRow>("sign in: the address names the tenant", selectUserByEmail(email));
      const matches = await verifyPassword(known?.password_hash ?? null, body.password);
      return (matches && known) || null;
    });
    if (!user) throw new ProblemError("invalid_login");
    const who = { accountId: user.account_id, userId: user.id };
    const from = { now: clock.now(), ip, userAgent: headers["user-agent"] };
    return db.asSystem("sign in: open a session", async (tx) => created(await openSession(tx, who, from)));
  };
};
