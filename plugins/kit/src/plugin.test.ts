import { describe, expect, test } from "vitest";
import { chimeWith } from "./conformance/broken/chime.ts";
import { choice, hosts, integer, secret, text, url } from "./config-fields.ts";
import { isPluginError, PluginError } from "./errors.ts";
import { definePlugin } from "./plugin.ts";
import { envName, parseConfig } from "./parse-config.ts";
import { fitsKit } from "./manifest.ts";
import type { HttpRequest } from "./context.ts";
import { headersFor, httpResponse } from "./http-rules.ts";
import { throwForStatus } from "./http-errors.ts";

test("a kit range that is none fits nothing", () => {
  expect([fitsKit("^0.1.0"), fitsKit("*"), fitsKit("^0.2.0"), fitsKit("nonsense"), fitsKit(">=99")]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

describe("definePlugin", () => {
  test("names every fault of a manifest", () => {
    const wrong = {
      ...chimeWith(),
      id: "Not An Id",
      version: "one",
      docs: "http://x",
      hosts: ["https://x.example"],
      capabilities: {},
    };
    expect(() => definePlugin(wrong)).toThrow(/id: .*version: .*docs: .*hosts\.0: .*capabilities: /s);
  });
  test("wants the credential of auth to be a secret, and its home to be an address", () => {
    const auth = {
      ...chimeWith().auth,
      kind: "api_key" as const,
      header: "x-key",
      prefix: "",
      field: "baseUrl",
      onlyTo: "apiKey",
    };
    expect(() => definePlugin({ ...chimeWith(), auth })).toThrow(/"baseUrl" is no secret.*"apiKey" is no url/s);
  });
});

describe("settings", () => {
  const common = { description: "A setting of the test.", example: "x" };
  const plugin = {
    id: "my-plugin",
    config: {
      apiKey: secret({ ...common }),
      baseUrl: url({ ...common, default: "https://a.example" }),
      mode: choice(["fast", "slow"], { ...common, default: "fast" }),
      size: integer({ ...common, min: 1, max: 9, optional: true }),
      files: hosts({ ...common, optional: true }),
      region: text({ ...common, optional: true, check: (value) => (value === "eu" ? null : "must be eu") }),
    },
  };
  const apiKey = "secret-canary-1";

  test("come from variables named after plugin and field", () => {
    expect(envName("my-plugin", "apiKey")).toBe("MY_PLUGIN_API_KEY");
  });
  test("are parsed, with defaults, and optional ones left away", () => {
    const parsed = parseConfig(plugin, {
      apiKey,
      baseUrl: "https://b.example/",
      size: "3",
      files: "a.example, *.B.example",
      mode: " ",
    });
    const files = ["a.example", "*.b.example"];
    expect(parsed).toEqual({
      config: { apiKey, baseUrl: "https://b.example", mode: "fast", size: 3, files },
      missing: [],
      malformed: [],
    });
  });
  test("that are missing or malformed are named with their variable, without the value of a secret", () => {
    const parsed = parseConfig(plugin, {
      apiKey: "canary",
      baseUrl: "ftp://x",
      mode: "medium",
      size: "10",
      files: "https://x",
      region: "us",
    });
    expect(parsed.malformed.map(({ field }) => field)).toEqual([
      "apiKey",
      "baseUrl",
      "mode",
      "size",
      "files",
      "region",
    ]);
    expect(parsed.malformed[2]?.message).toBe("MY_PLUGIN_MODE must be one of fast, slow");
    expect(JSON.stringify(parsed)).not.toContain("canary");
    expect(parseConfig(plugin, {}).missing).toMatchObject([
      { field: "apiKey", message: expect.stringContaining("MY_PLUGIN_API_KEY is not set") },
    ]);
  });
});

test("the credential goes to its home only, and the host's own headers cannot be set", () => {
  const chime = chimeWith();
  const config = { apiKey: "chime-canary", baseUrl: "https://api.chime.example/v2" };
  const sent = (address: string, request: Partial<HttpRequest> = {}) =>
    headersFor(chime, config, { method: "GET", url: address, ...request }, new URL(address));
  expect(sent("https://api.chime.example/v2/songs")["authorization"]).toBe("Bearer chime-canary");
  expect(sent("https://files.chime.example/a.wav")).not.toHaveProperty("authorization");
  expect(sent("http://api.chime.example/v2")).not.toHaveProperty("authorization");
  expect(sent("https://api.chime.example/", { credential: false })).not.toHaveProperty("authorization");
  expect(sent("https://api.chime.example/", { headers: { Host: "evil.example" } })).not.toHaveProperty("host");
});

test("a PluginError of another copy of the kit is one too", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("musicverse.plugin-error")]: true });
  expect([
    isPluginError(foreign),
    isPluginError(new PluginError("CONFLICT", "x")),
    isPluginError(new Error("x")),
    isPluginError(null),
  ]).toEqual([true, true, false, false]);
});

test.each([
  [400, "VALIDATION", null],
  [401, "AUTH_REVOKED", null],
  [403, "PERMANENT", null],
  [404, "CONFLICT", null],
  [408, "NETWORK", "failed"],
  [418, "PERMANENT", null],
  [429, "RATE_LIMIT", null],
  [451, "CONTENT_POLICY", null],
  [500, "UPSTREAM", "failed"],
  [502, "NETWORK", "unknown"],
  [503, "NETWORK", "failed"],
  [504, "NETWORK", "unknown"],
  [302, "UPSTREAM", "unknown"],
] as const)("HTTP %i becomes %s, outcome %s", (status, code, outcome) => {
  const response = httpResponse({ status, headers: {}, bytes: new Uint8Array() }, new Date());
  expect(() => throwForStatus(response, { rateLimitScope: "app", unauthorized: "AUTH_REVOKED" })).toThrow(
    expect.objectContaining({ code, outcome }),
  );
});
