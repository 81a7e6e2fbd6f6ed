import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import type { AccountsDeps } from "./deps.ts";
import { openSession } from "./session-token.ts";

export const signIn =
  ({ db, clock, signInCheck }: Pick<AccountsDeps, "db" | "clock" | "signInCheck">): Handler<"signIn"> =>
  async ({ body, headers, ip }) => {
    const who = await signInCheck({ email: body.email, password: body.password, ip });
    if (!who) throw new ProblemError("invalid_login");
    const from = { now: clock.now(), ip, userAgent: headers["user-agent"] };
    return db.asSystem("sign in: open a session", async (tx) => created(await openSession(tx, who, from)));
  };
