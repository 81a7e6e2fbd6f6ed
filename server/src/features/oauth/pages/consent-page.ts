import { scopeDescriptions, type Scope } from "../../../generated/scopes.ts";
import { html, initials, type Markup, type ShownPage } from "../../../platform/pages/index.ts";
import type { SignedUp } from "../../accounts/index.ts";
import type { GrantRow } from "../grant-store.ts";
import { appHeader } from "./app-header.ts";
import { formActionFor, type PendingRequest } from "./interaction.ts";

/** The question: this app, these powers, which of the two accounts; nothing is chosen that costs money by mistake. */
export function consentPage(
  request: PendingRequest,
  person: SignedUp,
  before: GrantRow | null,
  csrf: Markup,
): ShownPage {
  const { client, scopes, redirectUri } = request;
  const fresh = scopes.filter((scope) => !before?.scopes.includes(scope));
  const sandbox = before?.account_id === person.sandbox_id;
  return {
    title: `Connect ${client.name}`,
    formAction: formActionFor(redirectUri),
    body: html`<div>
      ${appHeader(client)}
      <h1>${before && fresh.length > 0 ? `${client.name} wants to do more` : `Allow ${client.name}?`}</h1>
      <p class="lead">It asks to act on your account. You can end this at any time under connected apps.</p>
      <div class="who">
        <div class="avatar round" aria-hidden="true"><span>${initials(person.name)}</span></div>
        <div class="text"><strong>${person.name}</strong><span class="sub">${person.email}</span></div>
        <form method="post" class="inline">
          ${csrf}<button class="link" name="action" value="switch">Not you?</button>
        </form>
      </div>
      <form method="post">
        ${csrf}
        <h2 id="asks">It will be able to</h2>
        <ul class="list" aria-labelledby="asks">
          ${scopes.map((scope) => scopeLine(scope, before !== null && fresh.includes(scope)))}
        </ul>
        <fieldset>
          <legend>On which account?</legend>
          ${choice("live", "Live account", "Your real music; making songs costs money.", !sandbox)}
          ${choice("test", "Sandbox", "For trying out: every provider is simulated.", sandbox)}
        </fieldset>
        <div class="actions pair">
          <button class="button" name="action" value="allow">Allow</button>
          <button class="button quiet" name="action" value="deny">Cancel</button>
        </div>
      </form>
    </div>`,
    footer: html`<span
      >You will go on to <strong>${redirectUri.host || redirectUri.protocol.slice(0, -1)}</strong>. MusicVerse does not
      give it your password.</span
    >`,
  };
}

function scopeLine(scope: Scope, isNew: boolean): Markup {
  return html`<li>
    <svg
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="2.2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d="m4 10.5 4 4 8-9" />
    </svg>
    <span>${scopeDescriptions[scope]}${isNew && html`<strong class="tag">New</strong>`}</span>
  </li>`;
}

function choice(value: "live" | "test", label: string, detail: string, checked: boolean): Markup {
  return html`<label class="choice">
    <input type="radio" name="account" value=${value} checked=${checked} />
    <span><strong>${label}</strong><span class="sub">${detail}</span></span>
  </label>`;
}
