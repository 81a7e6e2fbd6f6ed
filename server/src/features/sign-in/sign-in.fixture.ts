import { expect } from "vitest";
import type { TestApp } from "../../../test-kit/app.ts";

export const appPage = "https://app.example.com/signed-in";
// Behind a proxy each visitor has an address, and with it the limits, of their own.
export const signInEnv = {
  TRUST_PROXY: "1",
  SIGN_IN_SIMULATOR: "true",
  SIGN_IN_REDIRECT_URIS: `${appPage},http://127.0.0.1/native`,
};

export interface Begun {
  id: string;
  secret: string;
  authorization_url: string;
}

/** What an app and a browser do, step by step. */
export function visitor(app: TestApp, { ip }: { ip?: string } = {}) {
  let last = 0;
  const from = () => ({
    "X-Forwarded-For":
      ip ?? `2001:db8:${(last += 1).toString(16)}:${Math.floor(Math.random() * 65_536).toString(16)}::1`,
  });
  const begin = async (redirectUri = appPage): Promise<Begun> => {
    const answer = await app.request("post", "/v1/sessions/spotify", {
      headers: from(),
      body: { redirect_uri: redirectUri },
    });
    expect(answer.status, answer.text).toBe(201);
    return answer.body as unknown as Begun;
  };
  /** The person decides on the provider's page; the address that the browser is sent to then. */
  const decide = async ({ authorization_url: page }: Begun, login: string, decision = "allow"): Promise<string> => {
    const response = await fetch(page, {
      method: "POST",
      body: new URLSearchParams({ login, decision }),
      redirect: "manual",
    });
    return response.headers.get("location") ?? expect.fail(`the provider's page answered ${response.status}`);
  };
  /** The browser follows; where our page sends it on to. */
  const follow = async (address: string) => {
    const response = await fetch(address, { redirect: "manual" });
    const location = response.headers.get("location");
    return { status: response.status, back: location === null ? null : new URL(location), headers: response.headers };
  };
  const codeFor = async (begun: Begun, login: string): Promise<string> => {
    const { back } = await follow(await decide(begun, login));
    return back?.searchParams.get("code") ?? expect.fail("the browser came back without a code");
  };
  const finish = (halves: { id: string; secret: string; code: string }) =>
    app.request("post", "/v1/sessions/spotify/finish", {
      headers: from(),
      body: { sign_in_id: halves.id, secret: halves.secret, code: halves.code },
    });
  const link = (key: string, halves: { id: string; secret: string; code: string }, headers = {}) =>
    app.request("put", "/v1/profile/spotify", {
      key,
      headers: { ...from(), ...headers },
      body: { sign_in_id: halves.id, secret: halves.secret, code: halves.code },
    });
  const signIn = async (login: string) => {
    const begun = await begin();
    return finish({ ...begun, code: await codeFor(begun, login) });
  };
  return { begin, decide, follow, codeFor, finish, link, signIn };
}
