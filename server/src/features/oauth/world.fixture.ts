import * as oauth from "openid-client";
import type { CreateOauthClientParams, OauthClientWithSecret } from "@musicverse/sdk";
import type { Scope } from "../../generated/scopes.ts";
import type { TestAccount, TestApp } from "../../../test-kit/app.ts";
import { createBrowser, type Browser, type Shown } from "./browser.fixture.ts";

export const callback = "https://songstage.example.com/oauth/callback";
export const password = "pw-canary-of-a-test";

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  scope?: string;
  expires_in?: number;
}

/** An app of somebody else, as its makers would write it with a client library of their choice. */
export interface ThirdParty {
  client: OauthClientWithSecret;
  config: oauth.Configuration;
  /** The start of a connection: where the browser goes, and what the app remembers. */
  begin(options?: {
    scopes?: readonly Scope[];
    parameters?: Record<string, string>;
  }): Promise<{ url: URL; verifier: string; state: string }>;
  /** The whole way: sign in, allow, fetch tokens. */
  connect(
    person: TestAccount,
    options?: { scopes?: readonly Scope[]; account?: "live" | "test"; browser?: Browser },
  ): Promise<Tokens>;
}

export async function registerApp(
  app: TestApp,
  maker: TestAccount,
  fields: Partial<CreateOauthClientParams> = {},
): Promise<ThirdParty> {
  const client = await app.client(maker.sessionToken).oauthClients.create({
    name: "Song Stage",
    type: "confidential",
    redirect_uris: [callback],
    scopes: ["tracks:read", "tracks:write", "profile:read"],
    ...fields,
  });
  return thirdParty(app, client);
}

export async function thirdParty(app: TestApp, client: OauthClientWithSecret): Promise<ThirdParty> {
  const authentication = client.client_secret === null ? oauth.None() : oauth.ClientSecretBasic(client.client_secret);
  // Plain http is for loopback only, which is where tests run.
  const config = await oauth.discovery(new URL(app.url), client.id, undefined, authentication, {
    algorithm: "oauth2",
    execute: [oauth.allowInsecureRequests],
  });
  const begin: ThirdParty["begin"] = async ({ scopes = ["tracks:read"], parameters = {} } = {}) => {
    const verifier = oauth.randomPKCECodeVerifier();
    const state = oauth.randomState();
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: client.redirect_uris[0] ?? "",
      scope: scopes.join(" "),
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      ...parameters,
    });
    return { url, verifier, state };
  };
  return {
    client,
    config,
    begin,
    connect: async (person, { scopes, account = "live", browser = createBrowser(app.url) } = {}) => {
      const { url, verifier, state } = await begin(scopes ? { scopes } : {});
      const sent = await giveConsent(browser, url.href, person, account);
      const tokens = await oauth.authorizationCodeGrant(config, sent.url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
      });
      return { ...tokens, refresh_token: tokens.refresh_token ?? "" };
    },
  };
}

/** Signs in if asked, and allows. */
export async function giveConsent(
  browser: Browser,
  url: string,
  person: Pick<TestAccount, "email">,
  account: "live" | "test" = "live",
): Promise<Shown> {
  let page = await browser.open(url);
  if (page.text.includes('name="password"'))
    page = await browser.submit({ action: "sign_in", email: person.email, password });
  if (!page.left) page = await browser.submit({ action: "allow", account });
  if (!page.left)
    throw new Error(
      `the browser was not sent back: ${page.status} ${page.text.replaceAll(/<style.*?<\/style>|<[^>]+>/gs, " ")}`,
    );
  return page;
}
