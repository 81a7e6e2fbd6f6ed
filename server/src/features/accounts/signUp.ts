import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { createAccount } from "./create-account.ts";
import { presentProfile } from "./present.ts";
import type { AccountsDeps } from "./deps.ts";
import { hashOf } from "./passwords.ts";
import { openSession } from "./session-token.ts";

export const signUp =
  (deps: AccountsDeps): Handler<"signUp"> =>
  async ({ body, headers, ip }) => {
    const passwordHash = await hashOf(body.password);
    return deps.db.asSystem("sign up: there is no tenant yet", async (tx) => {
      const person = await createAccount(deps, tx, { email: body.email, name: body.name, passwordHash });
      if (!person) throw new ProblemError("email_taken");
      const session = await openSession(tx, person, { now: deps.clock.now(), ip, userAgent: headers["user-agent"] });
      return created({
        account: presentProfile({ ...person.account, email: person.email, email_verified: false, pending_email: null }),
        session,
      });
    });
  };
