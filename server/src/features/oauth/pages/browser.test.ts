import { mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../../test-kit/app.ts";
import { chromiumBinary, launchChromium } from "../../../../test-kit/chromium.ts";
import { password, registerApp, type ThirdParty } from "../world.fixture.ts";

const executable = chromiumBinary();
const phone: BrowserContextOptions = {
  viewport: { width: 375, height: 812 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};
const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 860 } };

describe.skipIf(executable === null)("consent in a real browser", () => {
  // Pictures for people to look at are kept where this names a folder.
  const kept = process.env["MUSICVERSE_PICTURES"];
  const pictures = kept ?? mkdtempSync(join(tmpdir(), "musicverse-pages-"));
  let app: TestApp;
  let person: TestAccount;
  let stage: ThirdParty;
  let browser: Browser;
  let landing: Server;
  let landingUrl: string;
  const fetchers: string[] = [];
  beforeAll(async () => {
    landing = createServer((request, response) => {
      if (request.url === "/logo.png") {
        fetchers.push(request.headers["user-agent"] ?? "");
        return void response.writeHead(200, { "content-type": "image/png" }).end(picture());
      }
      response.writeHead(200, { "content-type": "text/html" }).end("<title>Connected</title><p>Back in the app");
    });
    await new Promise<void>((resolve) => landing.listen(0, "127.0.0.1", resolve));
    landingUrl = `http://127.0.0.1:${(landing.address() as AddressInfo).port}`;
    app = await startTestApp({ worker: false });
    person = await app.signUp({ tier: "enterprise" });
    stage = await registerApp(app, person, {
      name: "Song Stage",
      type: "public",
      homepage: "https://songstage.example.com",
      logo_uri: `${landingUrl}/logo.png`,
      redirect_uris: [`${landingUrl}/callback`],
      scopes: ["generate:read", "generate:write", "profile:read", "tracks:read", "tracks:write"],
    });
    browser = await launchChromium(executable ?? "");
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    landing?.close();
    if (kept === undefined) await rm(pictures, { recursive: true, force: true });
  });

  const show = (page: Page, name: string) => page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  const start = async (scopes: Parameters<ThirdParty["begin"]>[0] = { scopes: ["generate:write", "tracks:read"] }) =>
    (await stage.begin(scopes)).url.href;
  /** Nothing is wider than the window: nobody has to scroll sideways. */
  const overflow = (page: Page) =>
    page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

  async function inBrowser(
    options: BrowserContextOptions,
    use: (page: Page, context: BrowserContext) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    try {
      await use(page, context);
    } finally {
      await context.close();
    }
    // A style or picture that the policy of the page refuses is reported there; failed sign-ins are 400 on purpose.
    expect(complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
  }

  test.each([
    ["phone", phone],
    ["desktop", desktop],
    ["phone, dark", { ...phone, colorScheme: "dark" as const }],
  ])("%s: sign in, read, allow and land in the app, without JavaScript", async (name, options) => {
    await inBrowser({ ...options, javaScriptEnabled: false }, async (page, context) => {
      await page.goto(await start());
      await show(page, `${name} 1 sign-in`);
      expect(await overflow(page)).toBe(0);
      await page.getByLabel("E-mail").fill(person.email);
      await page.getByLabel("Password").fill("pw-canary-wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      expect(await page.getByRole("alert").textContent()).toContain("E-mail or password is wrong");
      await show(page, `${name} 2 wrong password`);
      await page.getByLabel("Password").fill(password);
      await page.getByLabel("Password").press("Enter");
      await page.getByRole("heading", { name: "Allow Song Stage?" }).waitFor();
      expect(await overflow(page)).toBe(0);
      await show(page, `${name} 3 consent`);
      await page.getByLabel("Sandbox").check();
      await page.getByRole("button", { name: "Allow", exact: true }).click();
      await page.waitForURL(/callback/);
      expect(new URL(page.url()).searchParams.get("code")).toBeTruthy();

      await page.goto(await start({ scopes: ["generate:write", "tracks:read", "tracks:write"] }));
      await show(page, `${name} 4 more scopes`);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.waitForURL(/access_denied/);
      await context.clearCookies();
      await page.goto(`${app.url}/oauth/authorize?client_id=unknown`);
      await show(page, `${name} 5 error`);
      expect(await overflow(page)).toBe(0);
    });
  });

  test("every page passes axe: names, roles, contrast, in light and dark", async () => {
    const axe = await readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
    for (const colorScheme of ["light", "dark"] as const) {
      await inBrowser({ ...desktop, colorScheme, bypassCSP: true }, async (page) => {
        const check = async () => {
          await page.evaluate(axe);
          const { violations } = await page.evaluate<AxeResults>("axe.run()");
          expect(
            violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
            `${colorScheme} ${page.url()}`,
          ).toEqual([]);
        };
        await page.goto(await start());
        await check();
        await page.getByLabel("E-mail").fill(person.email);
        await page.getByLabel("Password").fill("pw-canary-wrong");
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("alert").waitFor();
        await check();
        await page.getByLabel("Password").fill(password);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("heading", { name: /Song Stage/ }).waitFor();
        await check();
        await page.goto(`${app.url}/oauth/interaction/over`);
        await check();
      });
    }
  });

  test("the logo's host sees our server only, never the person's browser", () => {
    expect(fetchers).toEqual(["MusicVerse-Logos/1"]);
  });
});

/** A small PNG, two colours. */
function picture(): Buffer {
  const side = 64;
  const pixels = Buffer.concat(
    Array.from({ length: side }, (_, y) =>
      Buffer.from([
        0,
        ...Array.from({ length: side }, (_unused, x) => ((x + y) % 32 < 16 ? [255, 122, 89] : [255, 214, 102])).flat(),
      ]),
    ),
  );
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
