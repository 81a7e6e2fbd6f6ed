import { field, html, notice, type Markup, type ShownPage } from "../../../platform/pages/index.ts";
import { appHeader } from "./app-header.ts";
import { formActionFor, type PendingRequest } from "./interaction.ts";

/** E-mail and password, to go on to the question of an app. */
export function signInPage(
  { client, redirectUri }: PendingRequest,
  csrf: Markup,
  failed?: { email: string; problem: string },
): ShownPage {
  return {
    title: "Sign in",
    status: failed ? 400 : 200,
    formAction: formActionFor(redirectUri),
    body: html`<div>
      ${appHeader(client)}
      <h1>Sign in to continue</h1>
      <p class="lead">
        <strong>${client.name}</strong> wants to connect to your MusicVerse account. Sign in first; you decide
        afterwards.
      </p>
      ${failed && notice("bad", failed.problem)}
      <form method="post" novalidate=${failed !== undefined}>
        ${csrf}
        ${field({ name: "email", label: "E-mail", type: "email", autocomplete: "username", value: failed?.email ?? "" })}
        ${field({ name: "password", label: "Password", type: "password", autocomplete: "current-password" })}
        <p class="hint"><a href="/forgot-password">Forgot your password?</a></p>
        <div class="actions">
          <button class="button" name="action" value="sign_in">Sign in</button>
          <button class="button quiet" name="action" value="deny" formnovalidate>Cancel</button>
        </div>
      </form>
    </div>`,
    footer: "Check that the address bar shows the MusicVerse server you know before you type your password.",
  };
}
