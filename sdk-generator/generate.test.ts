import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { OpenApiDocument, OperationObject } from "./document.ts";
import { generateSdk } from "./generate.ts";
import { methodName, snake } from "./names.ts";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const contract = JSON.parse(read("openapi/dist/openapi.json")) as OpenApiDocument;
const { version } = JSON.parse(read("sdk-js/package.json")) as { version: string };
const extendedTags = new Set(["generations", "webhooks"]);

test("the committed files are what the contract gives, byte for byte", () => {
  const committed = globSync("**/*.ts", { cwd: new URL("sdk-js/src/generated", root) }).toSorted();
  const files = generateSdk({ document: contract, version, extendedTags });
  expect([...files.keys()].toSorted()).toEqual(committed);
  for (const [name, text] of files) expect(read(`sdk-js/src/generated/${name}`), name).toBe(text);
});

test.each([
  ["createWebhook", "webhooks", "create"],
  ["listWebhooks", "webhooks", "list"],
  ["listWebhookDeliveries", "webhooks", "listDeliveries"],
  ["retryWebhookDelivery", "webhooks", "retryDelivery"],
  ["downloadTrackAudio", "tracks", "downloadAudio"],
  ["revokeApiKey", "api-keys", "revoke"],
  ["signUp", "accounts", "signUp"],
  ["getHealth", "health", "get"],
  ["getLiveness", "health", "getLiveness"],
  ["listTrackers", "tracks", "listTrackers"],
])("%s of %s is the method %s", (operationId, tag, method) => {
  expect(methodName(operationId, tag)).toBe(method);
});

test("header names become parameter names", () => {
  expect(["Last-Event-ID", "Range", "event_type"].map(snake)).toEqual(["last_event_id", "range", "event_type"]);
});

/** A contract of one operation. */
function small(
  operation: Partial<OperationObject>,
  schemas: OpenApiDocument["components"]["schemas"] = {},
): OpenApiDocument {
  const getTrack: OperationObject = {
    operationId: "getTrack",
    tags: ["tracks"],
    summary: "Get a track",
    security: [{ apiKey: ["tracks:read"] }],
    responses: {
      "200": {
        description: "It.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Track" } } },
      },
    },
    ...operation,
  };
  return {
    paths: { "/v1/tracks": { get: getTrack } },
    webhooks: {},
    tags: [{ name: "tracks" }],
    security: [],
    components: { schemas: { Track: { type: "object", properties: {} }, ...schemas }, parameters: {}, responses: {} },
  };
}

function generated(name: string, ...input: Parameters<typeof small>): string {
  return generateSdk({ document: small(...input), version: "1.2.3", extendedTags: new Set() }).get(name) ?? "";
}

describe("types", () => {
  const types = (schema: object, more = {}): string =>
    generated("types.ts", {}, { Track: { type: "object", properties: { it: schema } }, ...more });

  test.each([
    [{ type: ["string", "null"] }, "string | null"],
    [{ type: "integer" }, "number"],
    [{ type: "array", items: { type: ["string", "null"] } }, "(string | null)[]"],
    [{ type: "object", additionalProperties: { type: "string" } }, "Record<string, string>"],
    [{ type: "string", const: "track" }, '"track"'],
    [{ type: "string", enum: ["a", "b"] }, 'Open<"a" | "b">'],
    [{ oneOf: [{ $ref: "#/components/schemas/Id" }, { type: "null" }] }, "string | null"],
    [{ $ref: "#/components/schemas/Mood" }, "Open<Mood>"],
  ])("%j is %s in an answer", (schema, expected) => {
    const more = { Id: { type: "string", pattern: "^x" }, Mood: { type: "string", enum: ["calm"] } };
    expect(types(schema, more)).toContain(`  it?: ${expected};\n`);
  });

  test("enums of requests are closed", () => {
    const body = { content: { "application/json": { schema: { $ref: "#/components/schemas/GetTrackRequest" } } } };
    const schemas = { GetTrackRequest: { type: "object", properties: { mood: { type: "string", enum: ["calm"] } } } };
    expect(generated("types.ts", { requestBody: body }, schemas)).toContain(
      'export interface GetTrackParams {\n  mood?: "calm";\n}',
    );
  });

  test("a schema whose name ends as those of bodies do keeps its name when it is none", () => {
    const text = types(
      { $ref: "#/components/schemas/DeliveryRequest" },
      { DeliveryRequest: { type: "object", properties: {} } },
    );
    expect(text).toContain("  it?: DeliveryRequest;\n");
    expect(text).toContain("export interface DeliveryRequest {\n}");
  });

  test("a schema that nothing uses is left out", () => {
    expect(types({ type: "string" }, { Unused: { type: "object", properties: {} } })).not.toContain("Unused");
  });
});

test("a deprecated operation says so, and a comment cannot be ended from within", () => {
  const text = generated("resources/tracks.ts", { deprecated: true, description: "Takes audio/*/x. Really." });
  expect(text).toContain("   * @deprecated\n");
  expect(text).toContain("audio/*\\/x");
});

test("texts call an operation as users know it, and paragraphs are filled", () => {
  const text = generated("resources/tracks.ts", { description: "See `getTrack`, not\n`nothing`.\n\n- one\n- two" });
  expect(text).toContain("   * See `tracks.get`, not `nothing`.\n   *\n   * - one\n   * - two\n");
});

test("what is deprecated says until when it works and what to use instead: operations, parameters and fields", () => {
  const announced = {
    date: "2026-11-21",
    sunset: "2027-05-21",
    link: "https://musicverse.dev/deprecations/x",
    replacement: "getSong",
  };
  const deprecated = { deprecated: true, "x-deprecation": announced };
  const said = "@deprecated Since 2026-11-21, ends on 2027-05-21. Use `getSong`. https://musicverse.dev/deprecations/x";
  const operation = {
    ...deprecated,
    parameters: [{ name: "mood", in: "query" as const, schema: { type: "string" }, ...deprecated }],
  };
  const schemas = { Track: { type: "object", properties: { it: { type: "string", ...deprecated } } } };
  expect(generated("resources/tracks.ts", operation, schemas).replaceAll(/\n +\* /g, " ")).toContain(said);
  expect(
    generated("types.ts", operation, schemas)
      .replaceAll(/\n +\* /g, " ")
      .split(said),
  ).toHaveLength(3);
});

describe("what the generator cannot do it refuses by name", () => {
  test.each([
    [
      { requestBody: { content: { "application/xml": { schema: {} } } } },
      /getTrack: the SDK sends no application\/xml/,
    ],
    [{ responses: {} }, /getTrack has no 2xx response/],
    [
      { responses: { "200": { description: "", content: { "text/event-stream": { schema: {} } } } } },
      /getTrack.*x-event-stream/,
    ],
    [
      {
        requestBody: { content: { "application/json": { schema: {} } } },
        parameters: [{ name: "q", in: "query" as const, schema: { type: "string" } }],
      },
      /getTrack has a body and query/,
    ],
    [
      { requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Track" } } } } },
      /body of getTrack/,
    ],
  ])("%#", (operation, reason) => {
    expect(() => generated("types.ts", operation)).toThrow(reason);
  });

  test("two operations that would be one method", () => {
    const document = small({});
    document.paths["/v1/track"] = {
      get: { ...document.paths["/v1/tracks"]?.get, operationId: "getTracks" } as OperationObject,
    };
    expect(() => generateSdk({ document, version, extendedTags })).toThrow(
      /getTracks and getTrack would both be the method tracks.get/,
    );
  });
});
