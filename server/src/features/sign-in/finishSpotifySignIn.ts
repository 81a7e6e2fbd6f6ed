import { created, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { newId } from "../../platform/ids/index.ts";
import type { SystemTx } from "../../platform/db/index.ts";
import { createAccount, openSession } from "../accounts/index.ts";
import type { SignInDeps } from "./deps.ts";
import { identityOf, type ProvenIdentity } from "./identity-of.ts";
import { findIdentity, insertIdentity, lockSubject } from "./store.ts";

export const finishSpotifySignIn =
  (deps: SignInDeps): Handler<"finishSpotifySignIn"> =>
  async ({ body, headers, ip, requestId, signal }) => {
    const identity = await identityOf(deps, body, { ip, requestId, signal });
    return deps.db.asSystem("sign in with a provider: the identity names the tenant", async (tx) => {
      await lockSubject(tx, identity.subject);
      const known = await findIdentity(tx, identity.subject);
      const person = known
        ? { accountId: known.account_id, userId: known.user_id }
        : await newPerson(deps, tx, identity);
      return created(await openSession(tx, person, { now: deps.clock.now(), ip, userAgent: headers["user-agent"] }));
    });
  };

/** An address that is taken stays with its account: the provider's word for it proves nothing. */
async function newPerson(deps: SignInDeps, tx: SystemTx, { subject, name, email }: ProvenIdentity) {
  if (email === null) {
    throw new ProblemError("identity_not_linked", {
      detail:
        "Spotify gave no e-mail address, so no account can be made. Sign up with a password and link Spotify in the profile.",
    });
  }
  const now = deps.clock.now();
  const person = await createAccount(deps, tx, { email, name: name ?? email.slice(0, 200), passwordHash: null });
  if (!person) {
    throw new ProblemError("identity_not_linked", {
      detail: "An account with this e-mail address exists. Sign in with its password and link Spotify in the profile.",
    });
  }
  await insertIdentity(tx, { ...subject, accountId: person.accountId, userId: person.userId, id: newId(), name, now });
  return person;
}
