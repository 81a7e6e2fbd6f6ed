import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { OpenApiDocument, OperationObject, SchemaObject } from "../document.ts";
import { generatePythonSdk } from "./generate.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const contract = JSON.parse(read("openapi/dist/openapi.json")) as OpenApiDocument;
const { version } = JSON.parse(read("sdk-js/package.json")) as { version: string };
const extendedTags = new Set(["generations", "webhooks"]);

test("the committed files are what the contract gives, byte for byte", () => {
  const folder = "sdk-python/src/musicverse/_generated";
  const committed = globSync("**/*.py", { cwd: new URL(folder, root) }).toSorted();
  const files = generatePythonSdk({ document: contract, version, extendedTags });
  expect([...files.keys()].toSorted()).toEqual(committed);
  for (const [name, text] of files) expect(read(`${folder}/${name}`), name).toBe(text);
});

test("both SDKs have the same version", () => {
  expect((JSON.parse(read("sdk-python/package.json")) as { version: string }).version).toBe(version);
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
  return generatePythonSdk({ document: small(...input), version: "1.2.3", extendedTags: new Set() }).get(name) ?? "";
}

describe("members of answers", () => {
  test.each<[SchemaObject, string]>([
    [{ type: ["string", "null"] }, "str | None"],
    [{ type: "integer" }, "int"],
    [{ type: "string", format: "date-time" }, "datetime"],
    [{ type: "array", items: { type: ["string", "null"] } }, "list[str | None]"],
    [{ type: "object", additionalProperties: { type: "string" } }, "dict[str, str]"],
    [{ type: "string", const: "track" }, 'Literal["track"]'],
    [{ type: "string", enum: ["a", "b"] }, 'Literal["a", "b"] | str'],
    [{ oneOf: [{ $ref: "#/components/schemas/Id" }, { type: "null" }] }, "str | None"],
    [{ $ref: "#/components/schemas/Mood" }, "Mood | str"],
    [{}, "Any"],
  ])("%j is %s", (schema, expected) => {
    const schemas = {
      Track: { type: "object", required: ["it"], properties: { it: schema } },
      Id: { type: "string" },
      Mood: { type: "string", enum: ["calm"] },
    };
    expect(generated("models/tracks.py", {}, schemas)).toContain(`    it: ${expected}\n`);
  });

  test("what may be missing is None, what Python cannot name has another name, an object within is a class", () => {
    const properties = {
      from: { type: "string" },
      "a-b": { type: "string" },
      inner: { type: "object", properties: { x: { type: "string" } } },
    };
    const text = generated("models/tracks.py", {}, { Track: { type: "object", properties } });
    expect(text).toContain('    from_: str | None = Field(default=None, alias="from")\n');
    expect(text).toContain('    a_b: str | None = Field(default=None, alias="a-b")\n');
    expect(text).toContain("class TrackInner(Model):\n    x: str | None = None\n");
    expect(text).toContain("    inner: TrackInner | None = None\n");
  });
});

test("parameters are keywords; enums of requests are closed; null is something else than left out", () => {
  const schema = {
    type: "object",
    required: ["mood"],
    properties: { artist: { type: ["string", "null"] }, mood: { type: "string", enum: ["calm"] } },
  };
  const body = {
    required: true,
    content: { "application/json": { schema: { $ref: "#/components/schemas/GetTrackRequest" } } },
  };
  const text = generated("resources/tracks.py", { requestBody: body }, { GetTrackRequest: schema });
  expect(text).toContain(
    '        *,\n        mood: Literal["calm"],\n        artist: str | None | Omit = omit,\n        options: RequestOptions | None = None,\n',
  );
});

test("a deprecated operation says so, and warns type checkers and users", () => {
  const announced = {
    date: "2026-11-21",
    sunset: "2027-05-21",
    link: "https://musicverse.dev/deprecations/x",
    replacement: "getSong",
  };
  const text = generated("resources/tracks.py", { deprecated: true, "x-deprecation": announced });
  expect(text).toContain(
    '    @deprecated("Since 2026-11-21, ends on 2027-05-21. Use `getSong`. https://musicverse.dev/deprecations/x")\n',
  );
});

test("texts call an operation as users know it", () => {
  expect(generated("resources/tracks.py", { description: "See `getTrack`." })).toContain("See `tracks.get`.");
});

test("a docstring cannot be ended from within", () => {
  expect(generated("resources/tracks.py", { description: 'Say """hello""" \\ "' })).toContain(
    'Say \\"\\"\\"hello\\"\\"\\" \\\\ "',
  );
});

describe("what the generator cannot do it refuses by name", () => {
  test.each<[Partial<OperationObject>, RegExp]>([
    [
      { parameters: [{ name: "options", in: "query", schema: { type: "string" } }] },
      /getTrack: a parameter cannot be called options/,
    ],
    [
      { responses: { "200": { description: "", content: { "application/json": { schema: { type: "object" } } } } } },
      /getTrack: its answer must be a schema with a name/,
    ],
  ])("%#", (operation, reason) => {
    expect(() => generated("resources/tracks.py", operation)).toThrow(reason);
  });

  test("a union that nothing tells apart", () => {
    const schemas = {
      Track: { oneOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }] },
      A: { type: "object", properties: {} },
      B: { type: "object", properties: {} },
    };
    expect(() => generated("models/tracks.py", {}, schemas)).toThrow(
      /Track is a union whose members no property tells apart/,
    );
  });
});
