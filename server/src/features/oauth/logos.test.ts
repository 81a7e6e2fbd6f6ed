import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../../test-kit/app.ts";
import { registerApp } from "./world.fixture.ts";

/** Logos of apps are fetched by us, as seldom as can be. */
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
    const { client } = await registerApp(app, maker, {
      logo_uri: `http://127.0.0.1:${(host.address() as AddressInfo).port}/logo.png`,
    });
    const show = () => fetch(`${app.url}/oauth/logos/${client.id}`);
    const lookedUp = () => app.logged().split("logo: the app belongs").length - 1;
    const shown = Array.from({ length: 20 }, show);
    // Each has found out where the logo is; those that would ask its host have asked, or wait for a connection to do so.
    await expect.poll(lookedUp).toBe(20);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    asked[0]?.end(png);
    for (const answer of await Promise.all(shown))
      expect([answer.status, Buffer.from(await answer.arrayBuffer()).equals(png)]).toEqual([200, true]);
    expect((await show()).status).toBe(200);
    expect(asked).toHaveLength(1);
  } finally {
    host.closeAllConnections();
    host.close();
  }
});

const page = Buffer.from("<html><script>alert(1)</script></html>");
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');

test.for<[string, (response: ServerResponse, inside: string) => void]>([
  [
    "a page that calls itself a picture",
    (response) => response.writeHead(200, { "content-type": "image/png" }).end(page),
  ],
  [
    "an SVG, which can run scripts",
    (response) => response.writeHead(200, { "content-type": "image/svg+xml" }).end(svg),
  ],
  [
    "more than a logo needs",
    (response) =>
      response.writeHead(200, { "content-type": "image/png" }).end(Buffer.concat([png, Buffer.alloc(200_001)])),
  ],
  [
    "a bomb",
    (response) =>
      response
        .writeHead(200, { "content-type": "image/png", "content-encoding": "gzip" })
        .end(gzipSync(Buffer.concat([png, Buffer.alloc(50_000_000)]))),
  ],
  ["a way to somewhere else", (response, inside) => response.writeHead(302, { location: inside }).end()],
  ["an error with a picture", (response) => response.writeHead(500, { "content-type": "image/png" }).end(png)],
  [
    "half an answer",
    (response) => response.writeHead(200, { "content-length": "1000" }).write(png, () => response.destroy()),
  ],
])("a host that sends %s shows no logo, and nobody else is asked", async ([, answer]) => {
  let asked = 0;
  const inside = createServer((_request, response) => {
    asked += 1;
    response.end(png);
  });
  const host = createServer((_request, response) => void answer(response, urlOf(inside)));
  for (const server of [inside, host]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { client } = await registerApp(app, maker, { logo_uri: `${urlOf(host)}/logo.png` });
    const shown = await fetch(`${app.url}/oauth/logos/${client.id}`);
    expect([shown.status, await shown.text()]).toEqual([404, ""]);
    expect(asked).toBe(0);
  } finally {
    for (const server of [inside, host]) {
      server.closeAllConnections();
      server.close();
    }
  }
});

test("a picture is served as what its bytes are, to be shown and nothing else", async () => {
  const host = createServer(
    (_request, response) => void response.writeHead(200, { "content-type": "text/html" }).end(png),
  );
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  try {
    const { client } = await registerApp(app, maker, { logo_uri: `${urlOf(host)}/logo.png` });
    const shown = await fetch(`${app.url}/oauth/logos/${client.id}`);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cross-origin-resource-policy": "same-site",
    });
  } finally {
    host.closeAllConnections();
    host.close();
  }
});

test("in production a logo in a private network is not fetched, though its row says so", async () => {
  let asked = 0;
  const host = createServer((_request, response) => {
    asked += 1;
    response.end(png);
  });
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  const strict = await startTestApp({ worker: false, env: { WEBHOOK_ALLOW_LOOPBACK: "false" } });
  try {
    const { client } = await registerApp(strict, await strict.signUp(), {
      logo_uri: "https://logos.example.com/logo.png",
    });
    for (const address of [
      urlOf(host),
      urlOf(host).replace("127.0.0.1", "localhost"),
      urlOf(host).replace("127.0.0.1", "[::ffff:127.0.0.1]"),
    ]) {
      await strict.services.db.asSystem("a row from before the rule", (tx) =>
        tx.query("update oauth_clients set logo_uri = $1", [`${address}/logo.png`]),
      );
      expect((await fetch(`${strict.url}/oauth/logos/${client.id}`)).status).toBe(404);
    }
    expect(asked).toBe(0);
  } finally {
    await strict.close();
    host.close();
  }
});

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
