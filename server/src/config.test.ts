import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { loadConfig, sections, settings } from "./config.ts";
import { ConfigError, envExample } from "./platform/config/index.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");
const required = {
  DATABASE_URL: "postgres://musicverse_app:pw-canary@localhost/musicverse",
  MASTER_KEYS: `k2:${KEY},k1:${Buffer.alloc(32, 8).toString("base64")}`,
  KEY_PEPPERS: `p1:${KEY}`,
};

test("every missing setting is named at once, with its meaning and an example", () => {
  expect(() => loadConfig({})).toThrow(ConfigError);
  expect(() => loadConfig({})).toThrow(
    /DATABASE_URL is missing.*e\.g\. DATABASE_URL=postgres:[^]*MASTER_KEYS is missing/,
  );
});

test.each([
  ["PORT", "99999", /PORT must be a whole number from 0 to 65535, not "99999"\. E\.g\. PORT=3000/],
  ["PORT", "80x", /PORT must be/],
  ["VALIDATE_RESPONSES", "yes", /VALIDATE_RESPONSES must be true or false, not "yes"/],
  ["LOG_LEVEL", "loud", /LOG_LEVEL must be one of fatal, error/],
  ["REDIS_URL", "javascript:alert(1)", /REDIS_URL must be a URL that starts with redis:\/\/ or rediss:\/\//],
  ["TRUST_PROXY", "true", /TRUST_PROXY must be false or a number/],
  ["MASTER_KEYS", "k1:c2hvcnQ=", /MASTER_KEYS must be id:key pairs/],
  ["KEY_PEPPERS", `a:${KEY},a:${KEY}`, /KEY_PEPPERS must be id:key pairs with an id of its own/],
])("a wrong %s (%s) is named with what it must be", (variable, value, message) => {
  expect(() => loadConfig({ ...required, [variable]: value })).toThrow(message);
});

test("the message about a wrong secret does not repeat it", () => {
  expect(() => loadConfig({ ...required, MASTER_KEYS: "k1:pw-canary", DATABASE_URL: "mysql://pw-canary" })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining("pw-canary") }),
  );
});

test("absent and empty settings take their defaults", () => {
  expect(loadConfig({ ...required, PORT: "", REDIS_URL: " " })).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    redisUrl: null,
    corsOrigins: [],
    plugins: ["minimax", "spotify", "stripe"],
    trustProxy: false,
    databaseOwnerUrl: null,
  });
});

test("values arrive typed", () => {
  const config = loadConfig({ ...required, CORS_ORIGINS: "https://a.example, https://b.example", TRUST_PROXY: "2" });
  expect(config.corsOrigins).toEqual(["https://a.example", "https://b.example"]);
  expect(config.trustProxy).toBe(2);
  expect(config.masterKeys.map(({ id, key }) => [id, key.length])).toEqual([
    ["k2", 32],
    ["k1", 32],
  ]);
});

describe("the configuration", () => {
  const config = loadConfig({ ...required, MINIMAX_API_KEY: "pw-canary" });

  test("cannot be changed", () => {
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
    expect(Object.isFrozen(config.env)).toBe(true);
  });

  test("prints no secret, however it is printed", () => {
    expect(config.env["MINIMAX_API_KEY"]).toBe("pw-canary");
    expect(inspect(config, { depth: null }) + JSON.stringify(config) + JSON.stringify({ ...config })).not.toMatch(
      new RegExp(`pw-canary|${KEY}`),
    );
  });
});

test("no two parts define the same setting or variable", () => {
  const all = Object.values(sections).flatMap((section) => Object.entries(section));
  expect(new Set(all.map(([name]) => name)).size).toBe(all.length);
  expect(new Set(all.map(([, { variable }]) => variable)).size).toBe(all.length);
});

test(".env.example lists every setting, and is a usable file once the required ones are filled in", () => {
  const text = envExample(sections);
  for (const { variable, description } of Object.values(settings)) {
    expect(text).toContain(description);
    expect(text).toMatch(new RegExp(`^(# )?${variable}=`, "m"));
  }
  const open = [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, variable, value]) => [variable, value]);
  expect(open).toEqual(Object.keys(required).map((variable) => [variable, ""]));
});
