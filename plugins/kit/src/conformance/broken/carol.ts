import { oauth2 } from "../../auth.ts";
import { secret, text } from "../../config-fields.ts";
import type { PluginContext } from "../../context.ts";
import { PluginError } from "../../errors.ts";
import { throwForStatus } from "../../http-errors.ts";
import { identityOutput, type Identity } from "../../capabilities/identity.ts";
import { definePlugin, type AnyPlugin } from "../../plugin.ts";
import { createSimulator } from "../../simulator/create-simulator.ts";
import { oauthProvider } from "../../simulator/oauth-provider.ts";
import type { Simulator, SimulatorOptions } from "../../simulator/types.ts";
import { jsonAnswer, textAnswer, type ConformanceOptions } from "../subject.ts";

// A plugin that people connect their account with, for a provider that does not exist.

async function whoami(ctx: PluginContext): Promise<Identity> {
  const response = await ctx.http.request({ method: "GET", url: "https://api.carol.example/me" });
  if (response.status !== 200) throwForStatus(response, { rateLimitScope: "app", unauthorized: "AUTH_EXPIRED" });
  const body = (response.json() ?? {}) as { id?: unknown; name?: unknown };
  const identity = identityOutput.safeParse({
    externalId: body.id,
    name: body.name,
    email: null,
    emailVerified: false,
  });
  if (!identity.success) throw new PluginError("UPSTREAM", "the answer names nobody");
  return identity.data;
}

const simulatorOf =
  (checksVerifier: boolean) =>
  (options: SimulatorOptions = {}): Simulator =>
    createSimulator(options, ({ app }) => {
      if (!checksVerifier) {
        app.use("/authorize", (request, _response, next) => {
          request.url = request.url.replace(/code_challenge=[^&]*&?/, "");
          next();
        });
      }
      const grantOf = oauthProvider(app, {
        name: "Carol",
        authorizePath: "/authorize",
        tokenPath: "/token",
        clientId: "carol-simulator",
        clientSecret: "carol-secret",
      });
      app.get("/me", (request, response) => {
        const grant = grantOf(request);
        if (grant) response.json({ id: grant.login, name: "Carol" });
        else response.status(401).json({});
      });
    });

export function carolWith({ checksVerifier = true } = {}): AnyPlugin {
  return definePlugin({
    id: "carol",
    version: "1.0.0",
    kit: "^0.1.0",
    name: "Carol",
    docs: "https://carol.example/docs",
    config: {
      clientId: text({ description: "Id of the application.", example: "carol-app" }),
      clientSecret: secret({ description: "Secret of the application.", example: "carol-0123456789" }),
    },
    hosts: ["api.carol.example", "login.carol.example"],
    auth: oauth2({
      authorizeUrl: "https://login.carol.example/authorize",
      tokenUrl: "https://login.carol.example/token",
      scopes: ["me"],
      onlyTo: ["api.carol.example"],
    }),
    capabilities: { identity: { whoami } },
    simulator: {
      config: () => ({ clientId: "carol-simulator", clientSecret: "carol-secret" }),
      load: async () => simulatorOf(checksVerifier),
    },
  });
}

export const carolOptions: ConformanceOptions = {
  module: import.meta.resolve("./chime-simulator.ts"),
  nodeArguments: ["--conditions=musicverse-source"],
  config: { clientId: "carol-app", clientSecret: "carol-canary-0123456789" },
  answer: () => jsonAnswer(200, { id: "carol", name: "Carol" }),
  errors: [
    {
      name: "too many requests",
      answer: jsonAnswer(429, {}, { "retry-after": "7" }),
      code: "RATE_LIMIT",
      retryAfterSeconds: 7,
    },
    { name: "expired", answer: jsonAnswer(401, {}), code: "AUTH_EXPIRED" },
    { name: "crash", answer: textAnswer(500, "oops"), code: "UPSTREAM" },
    { name: "reset", answer: "reset", code: "NETWORK" },
  ],
};
