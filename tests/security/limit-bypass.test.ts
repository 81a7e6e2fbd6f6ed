import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { startProcess } from "../../server/test-kit/process.ts";

/** No way of asking gets anybody more than the limit. A free account has ten requests an hour. */
describe("limits cannot be got around", () => {
  let app: TestApp;
  /** Behind one proxy, which appends where a request really came from. */
  let proxied: TestApp;
  beforeAll(async () => {
    [app, proxied] = [
      await startTestApp({ worker: false }),
      await startTestApp({ worker: false, env: { TRUST_PROXY: "1" } }),
    ];
  });
  afterAll(async () => {
    await proxied?.close();
    await app?.close();
  });

  const profile = (key: string, headers: Record<string, string> = {}) =>
    app.request("get", "/v1/profile", { key, headers });
  const exhaust = async (): Promise<TestAccount> => {
    const account = await app.signUp();
    for (let index = 0; index < 10; index += 1) await profile(account.liveKey);
    return account;
  };
  const count = (statuses: number[], wanted: number) => statuses.filter((status) => status === wanted).length;
  const signIn = (at: TestApp, headers: Record<string, string>) =>
    at.request("post", "/v1/sessions", { headers, body: { email: "nobody@example.com", password: "x" } });

  test.each([
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "X-Client-IP",
    "CF-Connecting-IP",
    "True-Client-IP",
    "X-Forwarded-Host",
  ])("by telling another address in %s", async (name) => {
    const { liveKey } = await exhaust();
    const value = name === "Forwarded" ? "for=203.0.113.7" : "203.0.113.7";
    expect((await profile(liveKey, { [name]: value })).status).toBe(429);
    // Before anybody is known, the address is all there is.
    const unknown = await app.request("get", "/v1/profile", { headers: { [name]: value } });
    const again = await app.request("get", "/v1/profile", { headers: { [name]: `${value}9` } });
    expect(Number(again.headers["x-ratelimit-remaining"])).toBe(Number(unknown.headers["x-ratelimit-remaining"]) - 1);
  });

  test("by putting addresses before the one that the proxy appends", async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 25; index += 1)
      statuses.push((await signIn(proxied, { "X-Forwarded-For": `203.0.113.${index}, 192.0.2.1` })).status);
    expect([count(statuses.slice(0, 10), 401), count(statuses.slice(20), 429)]).toEqual([10, 5]);
  });

  test("with the many addresses of one IPv6 network", async () => {
    const from = async (address: string) =>
      (await signIn(proxied, { "X-Forwarded-For": address })).headers["x-ratelimit-remaining"];
    expect(await from("2001:db8:1:2::1")).toBe("19");
    expect(await from("2001:db8:1:2:ffff:ffff:ffff:ffff")).toBe("18");
    expect(await from("2001:0DB8:0001:0002:0:0:0:9")).toBe("17");
    expect(await from("2001:db8:1:3::1")).toBe("19");
    expect(await from("::ffff:192.0.2.77")).toBe("19");
    expect(await from("192.0.2.77")).toBe("18");
  });

  test("by making new keys in the middle, or by rotating one", async () => {
    const account = await exhaust();
    const session = app.client(account.sessionToken);
    const { key } = await session.apiKeys.create({ name: "fresh" });
    expect((await profile(key)).status).toBe(429);
    const [oldest] = (await session.apiKeys.list()).data.filter(({ name }) => name === "live");
    const rotated = await session.apiKeys.rotate(oldest?.id ?? "");
    expect((await profile(rotated.key)).status).toBe(429);
  });

  test("by signing in again: all sessions of an account are counted together", async () => {
    const { email, sessionToken } = await app.signUp();
    const again = await app.client(null).accounts.signIn({ email, password: "pw-canary-of-a-test" });
    const [one, two] = [await profile(sessionToken), await profile(again.token)];
    expect(Number(two.headers["x-ratelimit-remaining"])).toBe(Number(one.headers["x-ratelimit-remaining"]) - 1);
  });

  test("by sending requests ahead on one connection (HTTP/1.1 pipelining)", async () => {
    const { liveKey } = await app.signUp();
    const { hostname, port } = new URL(app.url);
    const one = `GET /v1/profile HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${liveKey}\r\n`;
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(`${`${one}\r\n`.repeat(39)}${one}Connection: close\r\n\r\n`);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const statuses = [
      ...Buffer.concat(chunks)
        .toString()
        .matchAll(/HTTP\/1\.1 (\d{3}) /g),
    ].map(([, status]) => Number(status));
    expect([statuses.length, count(statuses, 200), count(statuses, 429)]).toEqual([40, 10, 30]);
  });

  test("with another method: HEAD is counted, and a header cannot change the method", async () => {
    const { liveKey } = await app.signUp();
    for (let index = 0; index < 10; index += 1)
      expect((await app.request("head", "/v1/profile", { key: liveKey })).status).toBe(200);
    for (const method of ["head", "get"])
      expect((await app.request(method, "/v1/profile", { key: liveKey })).status).toBe(429);
    for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
      expect(
        (await app.request("get", "/v1/profile?_method=OPTIONS", { key: liveKey, headers: { [name]: "OPTIONS" } }))
          .status,
      ).toBe(429);
    }
    const options = await app.request("options", "/v1/profile", { key: liveKey });
    expect(options).toMatchObject({ status: 405, headers: { "x-ratelimit-limit": "600" } });
  });

  test("with another spelling of the path", async () => {
    const { liveKey } = await exhaust();
    const paths = [
      "/V1/profile",
      "/v1/Profile",
      "/v1/profile/",
      "/v1//profile",
      "//v1/profile",
      "/v1/./profile",
      "/v1/x/../profile",
      "/v1/%70rofile",
      "/v1/profile%00",
      "/v1/profile;a=b",
      "/v1/profile?x=1",
    ];
    for (const path of paths) {
      const answer = await app.request("get", path, { key: liveKey });
      expect([404, 429], path).toContain(answer.status);
      expect(answer.headers["ratelimit"], path).toBeDefined();
    }
  });

  test("with another operation: whatever a key may do counts together", async () => {
    const { liveKey } = await exhaust();
    for (const [method, path] of [
      ["get", "/v1/tracks"],
      ["get", "/v1/plugins"],
      ["post", "/v1/generate"],
      ["delete", "/v1/tracks/x"],
    ] as const) {
      expect(
        (await app.request(method, path, { key: liveKey, body: method === "post" ? {} : undefined })).status,
        path,
      ).toBe(429);
    }
  });

  test("by asking several processes at once", async ({ skip }) => {
    if (app.services.redis === null) skip("more than one process needs Redis, and this run has none");
    const [one, two] = await Promise.all([startProcess("api", app.env), startProcess("api", app.env)]);
    try {
      const { liveKey } = await app.signUp();
      const statuses = await Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          const url = [app.url, one.url, two.url][index % 3] ?? app.url;
          const response = await fetch(`${url}/v1/profile`, { headers: { Authorization: `Bearer ${liveKey}` } });
          await response.arrayBuffer();
          return response.status;
        }),
      );
      expect([count(statuses, 200), count(statuses, 429)]).toEqual([10, 50]);
    } finally {
      await Promise.all([one.kill9(), two.kill9()]);
    }
  });
});
