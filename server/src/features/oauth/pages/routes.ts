import type { Interaction, Provider } from "oidc-provider";
import type { Clock } from "../../../platform/clock/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import { ProblemError } from "../../../platform/http/problem.ts";
import { decodeId, encodeId } from "../../../platform/ids/index.ts";
import type { PageAnswer, PageRoute, PostRequest, ShownPage } from "../../../platform/pages/index.ts";
import { findSignedUp, type SignedUp } from "../../accounts/index.ts";
import type { SignInCheck } from "../../accounts/index.ts";
import type { EmitEvent } from "../../events/index.ts";
import { deleteBrowserStateByUid } from "../authorization-server/browser-state-store.ts";
import { paths } from "../authorization-server/paths.ts";
import { allowApp } from "../allow-app.ts";
import { selectLatestGrant, type GrantRow } from "../grant-store.ts";
import { signInMark } from "../sign-in-mark.ts";
import { hashOf } from "../token-format.ts";
import { consentPage } from "./consent-page.ts";
import { pendingRequest, type PendingRequest } from "./interaction.ts";
import { signInPage } from "./sign-in-page.ts";

export interface OauthPagesDeps {
  db: Database;
  clock: Clock;
  emit: EmitEvent;
  signInCheck: SignInCheck;
  provider: () => Provider;
}

/** Sign-in and consent: one address per question that the authorization server puts to a person. */
export function oauthPages(deps: OauthPagesDeps): PageRoute[] {
  const { db } = deps;
  return [
    {
      name: "oauth.interaction",
      path: "/oauth/interaction/:uid",
      get: async (page) => {
        const request = await pendingRequest({ provider: deps.provider(), db }, page);
        if (request.interaction.prompt.name === "login") return signInPage(request, page.csrf);
        const { person, before } = await whoIsAsked(deps, request);
        return consentPage(request, person, before, page.csrf);
      },
      post: async (page) => {
        const request = await pendingRequest({ provider: deps.provider(), db }, page);
        const asksToSignIn = request.interaction.prompt.name === "login";
        switch (page.form.get("action")) {
          case "sign_in":
            if (asksToSignIn) return signIn(deps, page, request);
            break;
          case "allow":
            if (!asksToSignIn) return allowHere(deps, page, request);
            break;
          case "switch":
            if (!asksToSignIn) return signInAsSomebodyElse(deps, request.interaction);
            break;
          case "deny":
            return finish(deps, page, { error: "access_denied", error_description: "the person did not allow it" });
        }
        throw new ProblemError("form_rejected", {
          detail: "This button belongs to another step. Go back and reload the page.",
        });
      },
    },
  ];
}

async function signIn(deps: OauthPagesDeps, page: PostRequest, request: PendingRequest): Promise<PageAnswer> {
  const [email, password] = [page.form.get("email") ?? "", page.form.get("password") ?? ""];
  const again = (problem: string): ShownPage => signInPage(request, page.csrf, { email: email.slice(0, 254), problem });
  if (email.trim() === "" || password === "") return again("Enter your e-mail address and your password.");
  let who: Awaited<ReturnType<SignInCheck>>;
  try {
    who = await deps.signInCheck({ email, password, ip: page.ip });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "too_many_failures") throw error;
    return {
      ...again("Too many failed attempts. Wait a few minutes and try again."),
      status: 429,
      headers: error.options.headers ?? {},
    };
  }
  if (!who) return again("E-mail or password is wrong. Check both and try again.");
  const { userId } = who;
  const person = await deps.db.asSystem("sign-in: the person who gave the password", (tx) => findSignedUp(tx, userId));
  if (!person) throw new Error(`user ${userId} vanished while signing in`);
  await forgetSession(deps, request.interaction);
  return finish(deps, page, {
    login: { accountId: encodeId("usr", userId), amr: [signInMark(person)], remember: false },
  });
}

/** Whoever was signed in here before is not any more: a session is one person's. */
async function forgetSession({ db }: OauthPagesDeps, interaction: Interaction): Promise<void> {
  const uid = interaction.session?.uid;
  if (uid === undefined) return;
  await db.asSystem("sign-in: end the browser's session before", (tx) => deleteBrowserStateByUid(tx, hashOf(uid)));
  delete interaction.session;
  await interaction.persist();
}

async function signInAsSomebodyElse(deps: OauthPagesDeps, interaction: Interaction): Promise<PageAnswer> {
  await forgetSession(deps, interaction);
  await interaction.destroy();
  const query = new URLSearchParams(
    Object.entries(interaction.params).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  return { redirect: `${paths.authorization}?${query}` };
}

async function allowHere(deps: OauthPagesDeps, page: PostRequest, request: PendingRequest): Promise<PageAnswer> {
  const { db, clock, emit } = deps;
  const { person } = await whoIsAsked(deps, request);
  const account = page.form.get("account");
  if (account !== "live" && account !== "test")
    throw new ProblemError("form_rejected", { detail: "Choose one of the two accounts, then allow." });
  const accountId = account === "live" ? person.live_id : person.sandbox_id;
  const what = {
    accountId,
    clientId: request.client.id,
    userId: person.id,
    scopes: request.scopes,
    requestId: page.requestId,
  };
  const grantId = await allowApp({ db, clock, emit }, what);
  return finish(deps, page, { consent: { grantId } });
}

async function whoIsAsked(
  { db }: OauthPagesDeps,
  { interaction, client }: PendingRequest,
): Promise<{ person: SignedUp; before: GrantRow | null }> {
  const userId = decodeId("usr", interaction.session?.accountId ?? "");
  return db.asSystem("consent: the person and what they allowed before", async (tx) => {
    const person = userId === null ? null : await findSignedUp(tx, userId);
    // A page that stayed open is worth no more than the sign-in behind it, which a new password ends.
    if (!person || !signedIn(interaction, person))
      throw new ProblemError("not_found", {
        detail: "Your sign-in has ended. Go back to the app and connect once more.",
      });
    return { person, before: await selectLatestGrant(tx, person.id, client.id) };
  });
}

const signedIn = ({ session }: Interaction, person: SignedUp): boolean =>
  session?.amr?.includes(signInMark(person)) ?? false;

async function finish(
  { provider }: OauthPagesDeps,
  { raw }: PostRequest,
  result: Parameters<Provider["interactionResult"]>[2],
): Promise<PageAnswer> {
  return {
    redirect: await provider().interactionResult(raw.request, raw.response, result, { mergeWithLastSubmission: true }),
  };
}
