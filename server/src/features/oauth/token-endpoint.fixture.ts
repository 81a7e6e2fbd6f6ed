import type { OauthClientWithSecret } from "@musicverse/sdk";
import type { TestAccount, TestApp } from "../../../test-kit/app.ts";
import type { Browser } from "./browser.fixture.ts";
import { callback, giveConsent, type ThirdParty } from "./world.fixture.ts";

export interface RawAnswer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** A request to the authorization server as an attacker writes it: any parameters, any credentials. */
export async function post(
  app: TestApp,
  path: string,
  parameters: Record<string, string> | [string, string][] | string,
  client?: { id: string; client_secret: string | null },
): Promise<RawAnswer> {
  const basic = client?.client_secret ? Buffer.from(`${client.id}:${client.client_secret}`).toString("base64") : null;
  const body = new URLSearchParams(parameters);
  if (client && basic === null) body.set("client_id", client.id);
  const response = await fetch(app.url + path, {
    method: "POST",
    body,
    redirect: "manual",
    headers: { accept: "application/json", ...(basic !== null && { authorization: `Basic ${basic}` }) },
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { text },
    headers: response.headers,
  };
}

export const exchange = (
  app: TestApp,
  client: OauthClientWithSecret,
  code: string,
  verifier: string,
  more: Record<string, string> = {},
) =>
  post(
    app,
    "/oauth/token",
    { grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: callback, ...more },
    client,
  );

export const refresh = (
  app: TestApp,
  client: { id: string; client_secret: string | null },
  token: string,
  more: Record<string, string> = {},
) => post(app, "/oauth/token", { grant_type: "refresh_token", refresh_token: token, ...more }, client);

/** A fresh code for this app, which the person allowed. */
export async function obtainCode(
  stage: ThirdParty,
  person: TestAccount,
  browser: Browser,
): Promise<{ code: string; verifier: string }> {
  const { url, verifier } = await stage.begin();
  const { url: sent } = await giveConsent(browser, url.href, person);
  return { code: sent.searchParams.get("code") ?? "", verifier };
}
