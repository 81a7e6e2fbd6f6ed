import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  authorizationUrl,
  destinationOf,
  exchangeCode,
  newCodeVerifier,
  type OAuthClient,
} from "@musicverse/plugin-kit";
import { startSimulator } from "@musicverse/plugin-kit/simulator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { error, goodBody } from "./answers.fixture.ts";
import spotify from "./index.ts";
import { simulatedClient } from "./simulator/client.ts";
import { createSpotifySimulator } from "./simulator/index.ts";
import { meUrl } from "./whoami.ts";

/** Spotify's own description, read where it lies: it is not ours to pass on. */
const contracts =
  process.env["MUSICVERSE_CONTRACTS_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/contracts");
const file = resolve(contracts, "spotify/fixed-spotify-open-api.yml");
const present = existsSync(file);
if (!present) console.log(`skipped: no description of Spotify at ${file}; set MUSICVERSE_CONTRACTS_DIR`);

interface Flow {
  authorizationUrl: string;
  tokenUrl: string;
  scopes: Record<string, string>;
}
interface Description {
  servers: { url: string }[];
  paths: Record<string, { get?: { security: { oauth_2_0: string[] }[] } }>;
  components: {
    schemas: Record<
      string,
      { properties?: Record<string, { description?: string; nullable?: boolean }>; additionalProperties?: boolean }
    >;
    securitySchemes: { oauth_2_0: { flows: { authorizationCode: Flow } } };
  };
}

/** Answers are judged more strictly than it says: fields that it does not name are inventions of ours. */
function overlay({ components: { schemas } }: Description): void {
  Object.assign(schemas["PrivateUserObject"] ?? {}, {
    additionalProperties: false,
    required: ["id", "type", "uri", "href"],
  });
  // Its text says "`null` if not available", its schema does not.
  Object.assign(schemas["PrivateUserObject"]?.properties?.["display_name"] ?? {}, { type: ["string", "null"] });
}

const auth = spotify.auth?.kind === "oauth2" ? spotify.auth : expect.fail("has OAuth");

describe.skipIf(!present)("Spotify's published description", () => {
  const description = parse(present ? readFileSync(file, "utf8") : "{ components: { schemas: {} } }") as Description;
  overlay(description);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(description, "spotify");
  const faults = (schema: string, value: unknown): unknown[] => {
    ajv.validate(`spotify#/components/schemas/${schema}`, value);
    return ajv.errors ?? [];
  };

  test("has the addresses that the plugin names, and the scopes it asks for", () => {
    const {
      authorizationUrl: page,
      tokenUrl,
      scopes,
    } = description.components.securitySchemes.oauth_2_0.flows.authorizationCode;
    expect([auth.authorizeUrl, auth.tokenUrl]).toEqual([page, tokenUrl]);
    for (const scope of auth.scopes) expect(Object.keys(scopes)).toContain(scope);
    expect(description.servers.map(({ url }) => `${url}/me`)).toContain(meUrl);
    expect(description.paths["/me"]?.get?.security[0]?.oauth_2_0).toEqual(expect.arrayContaining([...auth.scopes]));
  });

  test("has the form of every answer the simulator gives, good and bad", async () => {
    const simulator = await startSimulator(createSpotifySimulator({ latency: 0 }));
    const egress = { origins: [], hosts: spotify.hosts, standIn: simulator.origin };
    const send: typeof fetch = (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      return fetch(destinationOf(egress, url) ?? expect.fail(`${url.href} is not reachable`), init);
    };
    const client: OAuthClient = { auth, config: simulatedClient, egress, fetch: send };
    const redirectUri = "https://app.example.com/back";
    const connect = async (scopes: readonly string[]) => {
      const codeVerifier = newCodeVerifier();
      const page = await authorizationUrl(client, { redirectUri, state: "s", codeVerifier, scopes });
      expect(page).toContain(`${simulator.origin}/authorize?`);
      const form = new URLSearchParams({ login: "ada@example.com", decision: "allow" });
      const location = new URL(
        (await fetch(page, { method: "POST", body: form, redirect: "manual" })).headers.get("location") ?? "",
      );
      return exchangeCode(client, { code: location.searchParams.get("code") ?? "", codeVerifier, redirectUri });
    };
    const me = async (token: string, headers: Record<string, string> = {}) =>
      (await send(meUrl, { headers: { authorization: `Bearer ${token}`, ...headers } })).json();
    try {
      const { accessToken, refreshToken, expiresInSeconds } = await connect(auth.scopes);
      expect([expiresInSeconds, typeof refreshToken]).toEqual([3600, "string"]);
      const answers = [
        await me(accessToken),
        await me((await connect([])).accessToken),
        await me("x", { "x-sim-fault": "no_address" }),
      ];
      for (const answer of answers) expect(faults("PrivateUserObject", answer)).toEqual([]);
      expect(answers.map((answer) => (answer as { email?: string }).email)).toEqual([
        "ada@example.com",
        undefined,
        undefined,
      ]);
      for (const answer of [await me("wrong"), await me("x", { "x-sim-fault": "not_listed" })]) {
        expect(faults("ErrorObject", (answer as { error: unknown }).error)).toEqual([]);
      }
    } finally {
      await simulator.close();
    }
  });

  test("has the form of the answers that the other tests use", () => {
    expect(faults("PrivateUserObject", goodBody)).toEqual([]);
    expect(faults("ErrorObject", error(401, "x").error)).toEqual([]);
    expect(faults("PrivateUserObject", { ...goodBody, invented: true })).not.toEqual([]);
  });
});

test("the name localhost, and http elsewhere than on loopback, are refused as redirect URIs", async () => {
  const simulator = await startSimulator(createSpotifySimulator({ latency: 0 }));
  const page = (uri: string) =>
    fetch(
      `${simulator.origin}/authorize?response_type=code&client_id=${simulatedClient.clientId}&redirect_uri=${encodeURIComponent(uri)}`,
    );
  const statuses = [
    "http://localhost:3000/",
    "http://app.example.com/",
    "http://127.0.0.1:1/",
    "http://[::1]:1/",
    "https://app.example.com/",
  ].map(async (uri) => (await page(uri)).status);
  expect(await Promise.all(statuses)).toEqual([400, 400, 200, 200, 200]);
  await simulator.close();
});
