import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { registerApp } from "./world.fixture.ts";

/** Logos of apps are fetched by us, as seldom as can be. (API-22) */
let app: TestApp;
let maker: TestAccount;
beforeAll(async () => {
  app = await startTestApp({ worker: false });
  maker = await app.signUp();
});
afterAll(() => app?.close());

const png = Buffer.from("89504e470d0a1a0a00", "hex");

test("many who look at a logo at once cause one request to its host; afterwards it is shown without one", async () => {
  const asked: ServerResponse[] = [];
  const host = createServer((_request, response) => void asked.push(response));
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  try {
    const { client } = await registerApp(app, maker, { logo_uri: `http://127.0.0.1:${(host.address() as AddressInfo).port}/logo.png` });
    const show = () => fetch(`${app.url}/oauth/logos/${client.id}`);
    const lookedUp = () => app.logged().split("logo: the app belongs").length - 1;
    const shown = Array.from({ length: 20 }, show);
    // Each has found out where the logo is; those that would ask its host have asked, or wait for a connection to do so.
    await expect.poll(lookedUp).toBe(20);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    asked[0]?.end(png);
    for (const answer of await Promise.all(shown)) expect([answer.status, Buffer.from(await answer.arrayBuffer()).equals(png)]).toEqual([200, true]);
    expect((await show()).status).toBe(200);
    expect(asked).toHaveLength(1);
  } finally {
    host.closeAllConnections();
    host.close();
  }
});
