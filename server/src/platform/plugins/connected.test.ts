import { definePlugin, oauth2, secret, text, throwForStatus, type PluginContext } from "@musicverse/plugin-kit";
import { createSimulator, oauthProvider } from "@musicverse/plugin-kit/simulator";
import { afterEach, expect, test } from "vitest";
import { callOf, hostFor } from "./fixture.ts";
import type { PluginCall } from "./plugin-host.ts";

// Calls for a person who connected, against a provider with OAuth whose tokens can be made to expire.

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const inSandbox = (more: Partial<PluginCall> = {}) => callOf({ account: { id: "a-1", mode: "test" }, ...more });
const redirectUri = "http://127.0.0.1:65002/callback";

async function connected(options: { path?: string } = {}) {
  const expired = new Set<string>();
  const seen: { path: string; token: string; key: string }[] = [];
  const ask = async (ctx: PluginContext, method: "GET" | "POST", path: string) => {
    const headers = { "x-key": ctx.idempotencyKey };
    const response = await ctx.http.request({ method, url: `https://api.person.example${path}`, headers });
    if (response.status !== 200)
      throwForStatus(response, { rateLimitScope: "connection", unauthorized: "AUTH_EXPIRED" });
    return response;
  };
  const plugin = definePlugin({
    id: "person",
    version: "1.0.0",
    kit: "^0.1.0",
    name: "Person",
    docs: "https://person.example/docs",
    config: {
      clientId: text({ description: "Id of the application.", example: "person-app" }),
      clientSecret: secret({ description: "Secret of the application.", example: "person-0123456789" }),
    },
    hosts: ["api.person.example", "login.person.example"],
    auth: oauth2({
      authorizeUrl: "https://login.person.example/authorize",
      tokenUrl: "https://login.person.example/token",
      scopes: [],
      onlyTo: ["api.person.example"],
    }),
    capabilities: {
      identity: {
        async whoami(ctx) {
          if (options.path !== undefined) await ask(ctx, "POST", options.path);
          await ask(ctx, "GET", "/me");
          ctx.log.info("answered", { seen });
          return { externalId: "p-1", name: "Ada", email: null, emailVerified: false };
        },
      },
    },
    simulator: {
      config: () => ({ clientId: "person-app", clientSecret: "person-secret" }),
      load: async () => (given) =>
        createSimulator(given ?? {}, ({ app }) => {
          const client = { clientId: "person-app", clientSecret: "person-secret" };
          const grantOf = oauthProvider(app, {
            name: "Person",
            authorizePath: "/authorize",
            tokenPath: "/token",
            ...client,
          });
          app.post("/visits", (_request, response) => void response.json({}));
          app.get("/me", (request, response) => {
            const token = (request.get("authorization") ?? "").replace("Bearer ", "");
            seen.push({ path: request.path, token, key: request.get("x-key") ?? "" });
            response.status(grantOf(request) && !expired.has(token) ? 200 : 401).json({});
          });
        }),
    },
  });
  const { host, lines, close } = await hostFor(plugin, "https://unused.example");
  cleanups.push(close);

  const codeVerifier = "v".repeat(43);
  const state = "state";
  const page = await host.authorizationUrl("person", "test", { redirectUri, state, codeVerifier, scopes: [] });
  const form = new URLSearchParams({ login: "ada@example.com", decision: "allow" });
  const agreed = await fetch(page, { method: "POST", body: form, redirect: "manual" });
  const code = new URL(agreed.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const tokens = await host.exchangeCode("person", inSandbox(), { code, codeVerifier, redirectUri });

  let refreshes = 0;
  const refreshWith = (refreshToken: string) => async (): Promise<string> => {
    refreshes += 1;
    return (await host.refreshTokens("person", inSandbox(), refreshToken)).accessToken;
  };
  const { accessToken, refreshToken } = tokens;
  if (refreshToken === null) throw new Error("the provider gave no refresh token");
  const refreshAccessToken = refreshWith(refreshToken);
  const whoami = (more: Partial<PluginCall> = {}) =>
    host.invoke("person", "identity", "whoami", inSandbox({ accessToken, refreshAccessToken, ...more }), {});
  return { whoami, refreshWith, expired, seen, lines, accessToken, refreshes: () => refreshes };
}

test("an expired token is refreshed once and the call made again, as the same piece of work", async () => {
  const { whoami, expired, seen, accessToken, refreshes } = await connected();
  expired.add(accessToken);
  await expect(whoami()).resolves.toMatchObject({ externalId: "p-1" });
  expect(seen.map(({ key }) => key)).toEqual(["piece-1", "piece-1"]);
  expect(seen[0]?.token).toBe(accessToken);
  expect(seen[1]?.token).not.toBe(accessToken);
  expect(refreshes()).toBe(1);
});

test("a good token is not refreshed", async () => {
  const { whoami, refreshes } = await connected();
  await whoami();
  expect(refreshes()).toBe(0);
});

test("a provider that refuses the new token, too, gets no third: AUTH_EXPIRED", async () => {
  const { whoami, expired, seen, refreshes } = await connected();
  expired.has = () => true;
  await expect(whoami()).rejects.toMatchObject({ code: "AUTH_EXPIRED" });
  expect([seen.length, refreshes()]).toEqual([2, 1]);
});

test("without a way to refresh, an expired token is AUTH_EXPIRED at once", async () => {
  const { whoami, expired, seen, accessToken } = await connected();
  expired.add(accessToken);
  await expect(whoami({ refreshAccessToken: undefined })).rejects.toMatchObject({ code: "AUTH_EXPIRED" });
  expect(seen).toHaveLength(1);
});

test("a refresh token that is worth nothing any more is AUTH_REVOKED", async () => {
  const { whoami, refreshWith, expired, accessToken } = await connected();
  expired.add(accessToken);
  const call = whoami({ refreshAccessToken: refreshWith("refresh-canary-of-somebody-else") });
  await expect(call).rejects.toMatchObject({ code: "AUTH_REVOKED", message: expect.not.stringContaining("canary") });
});

test("what has changed something at the provider before its token expired is not done twice", async () => {
  const { whoami, expired, accessToken, refreshes } = await connected({ path: "/visits" });
  expired.add(accessToken);
  await expect(whoami()).rejects.toMatchObject({ code: "AUTH_EXPIRED" });
  expect(refreshes()).toBe(0);
});

test("neither the old nor the new token is in a log", async () => {
  const { whoami, expired, seen, lines, accessToken } = await connected();
  expired.add(accessToken);
  await whoami();
  expect(lines.join()).toContain("[redacted]");
  for (const { token } of seen) expect(lines.join()).not.toContain(token);
});

test("a call without a person is a mistake of the caller, told before the plugin runs", async () => {
  const { whoami, seen } = await connected();
  await expect(whoami({ accessToken: undefined })).rejects.toThrow("identity.whoami acts for a person");
  expect(seen).toHaveLength(0);
});
