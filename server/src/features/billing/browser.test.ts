import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { chromiumBinary, launchChromium } from "../../../test-kit/chromium.ts";
import { simulatedStripe, type SimulatedStripe } from "../../../test-kit/stripe.ts";

const executable = chromiumBinary();

describe.skipIf(executable === null)("buying in the sandbox, in a real browser", () => {
  let app: TestApp;
  let stripe: SimulatedStripe;
  let browser: Browser;
  let page: Page;
  let shop: Server;
  let shopUrl: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    shop = createServer(
      (request, response) =>
        void response
          .writeHead(200, { "Content-Type": "text/html" })
          .end(`<title>${request.url?.split("?")[0] ?? ""}</title>`),
    );
    await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    app = await startTestApp({ worker: false });
    stripe = await simulatedStripe(app);
    browser = await launchChromium(executable ?? "");
    page = await browser.newPage();
    // What a page's own policy refuses it, a browser says there.
    page.on(
      "console",
      (message) =>
        void (
          message.type() === "error" &&
          !message.text().includes("402") &&
          !message.text().includes("favicon") &&
          complaints.push(message.text())
        ),
    );
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    shop?.close();
    expect(complaints).toEqual([]);
  });

  const checkout = (account: TestAccount, item: "basic" | "pro" | "boost") =>
    account.test.billing.createCheckoutSession({
      item,
      success_url: `${shopUrl}/paid?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${shopUrl}/plans`,
    });
  const press = (name: string | RegExp) => page.getByRole("button", { name }).click();
  const sessionOf = (id: string) => stripe.get(`/v1/checkout/sessions/${id}`);

  test("a person sees what it costs, pays, and is back in the app with the session's id", async () => {
    const { id, url } = await checkout(await app.signUp(), "pro");
    await page.goto(url);
    expect(await page.getByRole("heading").innerText()).toBe("Pro");
    expect(await page.locator(".sum").innerText()).toBe("$39.95 each month");
    await press("Pay $39.95");
    await page.waitForURL(`${shopUrl}/paid?session=${id}`);
    expect(await sessionOf(id)).toMatchObject({ status: "complete", payment_status: "paid" });
  });

  test("a declined card is told and buys nothing, then another one may be tried", async () => {
    const { id, url } = await checkout(await app.signUp(), "boost");
    await page.goto(url);
    await press("Pay with a card that is declined");
    expect(await page.getByRole("alert").innerText()).toContain("declined");
    expect(await sessionOf(id)).toMatchObject({ status: "open", payment_status: "unpaid" });
    await press("Pay $19.95");
    await page.waitForURL(`${shopUrl}/paid?session=${id}`);
  });

  test("who goes back has paid nothing; the page stays good, and once it is paid it only leads on", async () => {
    const { id, url } = await checkout(await app.signUp(), "basic");
    await page.goto(url);
    await press("Back without paying");
    await page.waitForURL(`${shopUrl}/plans`);
    expect(await sessionOf(id)).toMatchObject({ status: "open" });
    await stripe.pay(id);
    await page.goto(url);
    await page.getByRole("link", { name: "Go on" }).click();
    await page.waitForURL(`${shopUrl}/paid?session=${id}`);
  });

  test("at the portal a subscription is changed, canceled, taken back, and time and bank can be played", async () => {
    const account = await app.signUp();
    const { subscription } = await stripe.pay((await checkout(account, "basic")).id);
    const now = () => stripe.get(`/v1/subscriptions/${String(subscription)}`);
    const { url } = await account.test.billing.createPortalSession({ return_url: `${shopUrl}/account` });
    await page.goto(url);
    expect(await page.locator("strong").innerText()).toBe("Basic");
    await press(/^Change to Pro/);
    expect(await page.locator("strong").innerText()).toBe("Pro");
    await press("Cancel at the end of the period");
    expect(await now()).toMatchObject({ cancel_at_period_end: true, status: "active" });
    await press("Do not cancel");
    expect(await now()).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
    await press(/next payment fails/);
    expect(await now()).toMatchObject({ status: "past_due" });
    await press(/next payment succeeds/);
    await press(/last payment is refunded/);
    expect(await now()).toMatchObject({ status: "active" });
    await press("Cancel now");
    expect(await page.getByText("You have no subscription.").isVisible()).toBe(true);
    expect(await now()).toMatchObject({ status: "canceled" });
    await page.getByRole("link", { name: "Back" }).click();
    await page.waitForURL(`${shopUrl}/account`);
  });

  test("only pages are to be had under our address, not the simulator's API, and no page that nobody was given", async () => {
    for (const path of [
      "/sandbox/stripe/v1/customers",
      "/sandbox/stripe/_sim/calls",
      "/sandbox/stripe/pay/cs_test_guessed",
      "/sandbox/stripe/portal/bps_guessed",
      "/sandbox/minimax/pay/x",
      "/sandbox/nobody/pay/x",
    ]) {
      expect(
        (await app.request("get", path, { headers: { Authorization: "Bearer sk_test_simulator" } })).status,
        path,
      ).toBe(404);
    }
    const { url } = await checkout(await app.signUp(), "boost");
    const { headers } = await app.request("get", new URL(url).pathname);
    expect(headers["content-security-policy"]).toMatch(
      new RegExp(
        `default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' ${shopUrl}; base-uri 'none'; frame-ancestors 'none'`,
      ),
    );
    expect(headers["cache-control"]).toBe("no-store");
  });
});
