import { expect, test } from "vitest";
import { visitor } from "../../server/src/features/sign-in/sign-in.fixture.ts";
import { visitorFrom, type Stage } from "./stage.ts";

/** The part of every-operation.test.ts that is about people and what they pay. */
export function accountOperations(stage: Stage): void {
  test("accounts: sign up, sign in, read the profile, sign out", async () => {
    const visitor = visitorFrom(stage.app, "198.51.100.1");
    const email = `visitor-${Date.now()}@example.com`;
    const { account: made, session } = await visitor.accounts.signUp({
      email,
      password: "pw-canary-visitor",
      name: "Visitor",
    });
    expect(session.account_id).toBe(made.id);
    const again = await visitor.accounts.signIn({ email, password: "pw-canary-visitor" });
    const client = stage.app.client(again.token);
    expect(await client.accounts.getProfile()).toMatchObject({ email, mode: "live", name: "Visitor" });
    expect(await client.accounts.getProfile({ mode: "test" })).toMatchObject({ mode: "test" });
    await client.accounts.signOut();
    const refused = { status: 401, code: "unauthenticated" };
    await expect.poll(() => client.accounts.getProfile().catch((error: unknown) => error)).toMatchObject(refused);
  });

  test("billing: a page to pay on, and one to manage what was bought", async () => {
    const { billing } = stage.account.test;
    const checkout = await billing.createCheckoutSession({
      item: "boost",
      success_url: "https://app.example.com/paid",
      cancel_url: "https://app.example.com/plans",
    });
    expect(checkout).toMatchObject({ item: "boost", url: expect.stringContaining(checkout.id) as string });
    expect((await billing.createPortalSession({ return_url: "https://app.example.com/account" })).url).toContain(
      "/sandbox/stripe/portal/",
    );
  });

  test("accounts: verify the address, list and end sessions, change and reset the password, update the profile", async () => {
    const visitor = visitorFrom(stage.app, "198.51.100.2");
    const email = `visitor-${Date.now()}@example.com`;
    const tokenInMail = async () => /token=(\w+)/.exec((await stage.mail.next(email)).text)?.[1] ?? "";
    const { session } = await visitor.accounts.signUp({ email, password: "pw-canary-visitor", name: "Visitor" });
    const { accounts } = stage.app.client(session.token);
    await tokenInMail();
    expect(await accounts.requestEmailVerification()).toMatchObject({ object: "email_verification", email });
    await visitor.accounts.confirmEmailVerification({ token: await tokenInMail() });
    expect(await accounts.updateProfile({ name: "Another" })).toMatchObject({ name: "Another", email_verified: true });

    const [second, third] = [
      await visitor.accounts.signIn({ email, password: "pw-canary-visitor" }),
      await visitor.accounts.signIn({ email, password: "pw-canary-visitor" }),
    ];
    expect((await accounts.listSessions()).data.map(({ id }) => id)).toEqual([third.id, second.id, session.id]);
    await accounts.endSession(second.id);
    await accounts.endOtherSessions();
    expect((await accounts.listSessions()).data).toMatchObject([{ id: session.id, current: true }]);
    await accounts.changePassword({ current_password: "pw-canary-visitor", new_password: "pw-canary-changed" });
    await stage.mail.next(email);
    await visitor.accounts.requestPasswordReset({ email });
    await visitor.accounts.resetPassword({ token: await tokenInMail(), password: "pw-canary-reset" });
    expect(await visitor.accounts.signIn({ email, password: "pw-canary-reset" })).toMatchObject({ object: "session" });
  });

  test("Spotify: sign in with it, link it, look at the link, unlink it", async () => {
    const [browser, visitorApi] = [
      visitor(stage.app),
      stage.app.client(null, { defaultHeaders: { "X-Forwarded-For": "192.0.2.44" } }),
    ];
    const comeBack = async (login: string) => {
      const begun = await visitorApi.accounts.startSpotifySignIn({ redirect_uri: "https://app.example.com/signed-in" });
      return { sign_in_id: begun.id, secret: begun.secret, code: await browser.codeFor(begun, login) };
    };
    const session = await visitorApi.accounts.finishSpotifySignIn(await comeBack("sdk@example.com"));
    expect(await stage.app.client(session.token).accounts.getProfile()).toMatchObject({ email: "sdk@example.com" });
    const { accounts } = stage.app.client((await stage.app.signUp()).sessionToken);
    const link = await accounts.linkSpotify(await comeBack("linked@example.com"));
    expect(await accounts.getSpotifyLink()).toEqual(link);
    await accounts.unlinkSpotify();
    await expect(accounts.getSpotifyLink()).rejects.toMatchObject({ status: 404 });
  });

  test("accounts: export everything, delete the account", async () => {
    const visitor = visitorFrom(stage.app, "198.51.100.3");
    const email = `visitor-${Date.now()}@example.com`;
    const { session } = await visitor.accounts.signUp({ email, password: "pw-canary-visitor", name: "Visitor" });
    const { accounts } = stage.app.client(session.token);
    const archive = new Uint8Array(await (await accounts.export()).arrayBuffer());
    expect(new TextDecoder().decode(archive.subarray(0, 2))).toBe("PK");
    await accounts.delete({ password: "pw-canary-visitor" });
    await expect(visitor.accounts.signIn({ email, password: "pw-canary-visitor" })).rejects.toMatchObject({
      status: 401,
      code: "invalid_login",
    });
  });
}
