import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../../server/test-kit/app.ts";
import { productionCode } from "../architecture/sources.ts";

/** Every page that takes part in `createPages`: its path in the source → an address that shows it. */
const pages: Record<string, string> = {
  "/forgot-password": "/forgot-password",
  "/oauth/interaction/:uid": "/oauth/interaction/made-up",
  "/outbox": "/outbox",
  "/reset-password": "/reset-password?token=x",
  "/sign-in/spotify/callback": "/sign-in/spotify/callback?state=x",
  "/verify-email": "/verify-email?token=x",
};
/** Pages that only show something. */
const withoutForm = new Set(["/outbox", "/sign-in/spotify/callback"]);

/** No site can put a page of ours into a frame of its own, or send a form of ours, whichever page it is. */
describe("pages for people", () => {
  let app: TestApp;
  /** Pages that come from elsewhere: of the library below OAuth, and of simulated providers. */
  const others: Record<string, string> = { "the authorization server's errors": "/oauth/authorize?client_id=x" };
  let browser: { cookie: string; csrf: string };
  let elsewhere: { cookie: string; csrf: string };
  beforeAll(async () => {
    app = await startTestApp({ worker: false, env: { MAIL_OUTBOX: "true", TRUST_PROXY: "1" } });
    const { billing } = (await app.signUp()).test;
    const { url } = await billing.createCheckoutSession({
      item: "boost",
      success_url: "https://app.example.com/paid",
      cancel_url: "https://app.example.com/plans",
    });
    others["a simulated provider's page to pay on"] = new URL(url).pathname;
    others["a simulated provider's portal"] = new URL(
      (await billing.createPortalSession({ return_url: "https://app.example.com/account" })).url,
    ).pathname;
    [browser, elsewhere] = [await openForm(), await openForm()];
  });
  afterAll(() => app?.close());

  const anybody = () => ({
    "X-Forwarded-For": `2001:db8:${randomInt(65_536).toString(16)}:${randomInt(65_536).toString(16)}::1`,
  });
  const open = (path: string) =>
    fetch(app.url + path, { redirect: "manual", headers: { accept: "text/html", ...anybody() } });

  async function openForm() {
    const response = await open("/forgot-password");
    return {
      cookie: response.headers.getSetCookie()[0]?.split(";")[0] ?? "",
      csrf: /name="csrf" value="([^"]+)"/.exec(await response.text())?.[1] ?? "",
    };
  }

  test("are all tried here", () => {
    const declaring = productionCode().filter(
      ({ path, text }) => path.startsWith("server/src/features/") && text.includes("PageRoute"),
    );
    const paths = declaring.flatMap(({ text }) =>
      [...text.matchAll(/(?:path:|Path =) "(\/[^"]+)"/g)].map(([, path = ""]) => path),
    );
    expect(paths.toSorted()).toEqual(Object.keys(pages).toSorted());
  });

  const expectHarmless = async (response: Response, where: string) => {
    const text = await response.text();
    expect(text, where).toContain("<h1>");
    expect(text.replaceAll(/<style>.*?<\/style>/gs, "")).not.toMatch(/<script|<iframe|<object|\son\w+=|javascript:/i);
    expect(response.headers.get("content-security-policy"), where).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; (img-src 'self'; )?form-action 'self'[^;*]*; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(Object.fromEntries(response.headers), where).toMatchObject({
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "cache-control": expect.stringContaining("no-store"),
      "cross-origin-resource-policy": "same-site",
      "ratelimit-policy": expect.stringContaining('"address-'),
      "x-ratelimit-remaining": expect.stringMatching(/^\d+$/),
    });
  };

  test.for(Object.entries(pages))("clickjacking: %s cannot be framed and runs nothing", async ([, path]) => {
    await expectHarmless(await open(path), path);
  });

  test("clickjacking: pages of libraries and simulated providers cannot be framed and run nothing, either", async () => {
    for (const [name, path] of Object.entries(others)) await expectHarmless(await open(path), name);
  });

  test.for(Object.entries(pages))(
    "CSRF: %s takes no form from another site, another browser or nowhere",
    async ([page, path]) => {
      const post = async (fields: Record<string, string>, headers: Record<string, string>) => {
        const response = await fetch(app.url + path, {
          method: "POST",
          redirect: "manual",
          body: new URLSearchParams({ token: "x", action: "allow", ...fields }),
          headers: { ...anybody(), ...headers },
        });
        return { status: response.status, rejected: (await response.text()).includes("Form not accepted") };
      };
      const { cookie, csrf } = browser;
      const forged = [
        await post({}, {}),
        await post({}, { cookie }),
        await post({ csrf }, {}),
        await post({ csrf: elsewhere.csrf }, { cookie }),
        await post({ csrf }, { cookie, origin: "https://evil.example" }),
        await post({ csrf }, { cookie, origin: "null" }),
        await post({ csrf }, { cookie, "sec-fetch-site": "cross-site" }),
        await post({ csrf }, { cookie, "sec-fetch-site": "same-site" }),
      ];
      const own = await post(
        { csrf, email: "nobody@example.com" },
        { cookie, origin: app.url, "sec-fetch-site": "same-origin" },
      );
      if (withoutForm.has(page))
        return expect([...forged, own].map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 405));
      expect(forged).toEqual(forged.map(() => ({ status: 403, rejected: true })));
      expect(own.rejected).toBe(false);
    },
  );
});
