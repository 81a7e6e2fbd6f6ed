import { field, html, notice, type PageRoute } from "../../platform/pages/index.ts";
import type { AccountsDeps } from "./deps.ts";
import { confirmEmail } from "./email-verification.ts";
import { createResetRequests, setNewPassword } from "./password-reset.ts";

const PASSWORD_LENGTH = { min: 10, max: 200 };
const EMAIL_LENGTH_MAX = 254;

/** What the links in mails open. Opening does nothing, so that a mail scanner uses up no link: the form's button does. */
export function accountPages(deps: AccountsDeps): PageRoute[] {
  return [verifyEmail(deps), forgotPassword(deps), resetPassword(deps)];
}

function verifyEmail(deps: AccountsDeps): PageRoute {
  const title = "Confirm your e-mail address";
  return {
    name: "verify-email",
    path: "/verify-email",
    get: async ({ query, csrf }) => ({
      title,
      body: html`<div>
        <h1>${title}</h1>
        <p class="lead">
          One click, and this address belongs to your MusicVerse account. If you made none, close this page: somebody
          else used your address.
        </p>
        <form method="post">
          ${csrf}<input type="hidden" name="token" value=${query.get("token") ?? ""} />
          <button class="button" type="submit">Confirm this address</button>
        </form>
      </div>`,
    }),
    post: async ({ form }) => {
      await confirmEmail(deps, form.get("token") ?? "");
      return done("Address confirmed", "Thank you. You can close this page.");
    },
  };
}

function forgotPassword(deps: AccountsDeps): PageRoute {
  const request = createResetRequests(deps);
  const title = "Forgot your password?";
  return {
    name: "forgot-password",
    path: "/forgot-password",
    get: async ({ csrf }) => ({
      title,
      body: html`<div>
        <h1>${title}</h1>
        <p class="lead">We send you a link to choose a new one.</p>
        <form method="post">
          ${csrf}${field({ name: "email", label: "E-mail address", type: "email", autocomplete: "username" })}
          <button class="button" type="submit">Send the link</button>
        </form>
      </div>`,
    }),
    post: async ({ form, ip }) => {
      const email = form.get("email") ?? "";
      if (email.includes("@") && email.length <= EMAIL_LENGTH_MAX) await request(email, ip);
      return done(
        "Look into your mailbox",
        "If an account has this address, a mail with a link is on its way. The link works once, for an hour.",
      );
    },
  };
}

function resetPassword(deps: AccountsDeps): PageRoute {
  const title = "Choose a new password";
  const page = (csrf: unknown, token: string, error?: string) => ({
    title,
    status: error === undefined ? 200 : 400,
    body: html`<div>
      <h1>${title}</h1>
      <p class="lead">Everybody who is signed in to your account now will be signed out.</p>
      <form method="post">
        ${csrf}<input type="hidden" name="token" value=${token} />
        ${field({
          name: "password",
          label: "New password",
          type: "password",
          autocomplete: "new-password",
          minLength: PASSWORD_LENGTH.min,
          hint: `At least ${PASSWORD_LENGTH.min} characters.`,
          error,
        })}
        <button class="button" type="submit">Save the password</button>
      </form>
    </div>`,
  });
  return {
    name: "reset-password",
    path: "/reset-password",
    get: async ({ query, csrf }) => page(csrf, query.get("token") ?? ""),
    post: async ({ form, csrf }) => {
      const [token, password] = [form.get("token") ?? "", form.get("password") ?? ""];
      if (password.length < PASSWORD_LENGTH.min)
        return page(csrf, token, `This one has ${password.length} characters; take ${PASSWORD_LENGTH.min} or more.`);
      if (password.length > PASSWORD_LENGTH.max)
        return page(csrf, token, `This one has ${password.length} characters; take ${PASSWORD_LENGTH.max} or fewer.`);
      await setNewPassword(deps, { token, password });
      return done("Password changed", "Sign in with your new password. You can close this page.");
    },
  };
}

function done(title: string, text: string) {
  return {
    title,
    body: html`<div>
      <h1>${title}</h1>
      ${notice("good", text)}
    </div>`,
  };
}
