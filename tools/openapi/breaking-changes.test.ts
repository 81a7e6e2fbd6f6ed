import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findBreakingChanges, parseAcceptedBreaks, withoutAccepted } from "./breaking-changes.ts";

interface Schema {
  type?: string | string[];
  properties: Record<string, object>;
  required: string[];
  enum: string[];
  oneOf: object[];
}
interface Operation {
  operationId: string;
  parameters: object[];
  security: Record<string, string[]>[];
}
interface Bundle {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, object>;
  components: { schemas: Record<string, Schema> };
}

const bundle = readFileSync(new URL("../../openapi/dist/openapi.json", import.meta.url), "utf8");

/** Rules that notice a change of the real contract, without repetitions. */
function rulesNoticing(change: (contract: Bundle) => void): string[] {
  const newer: Bundle = JSON.parse(bundle);
  change(newer);
  const rules = findBreakingChanges(bundle, JSON.stringify(newer, null, 2)).map(({ rule }) => rule);
  return [...new Set(rules)].toSorted();
}

function schema(contract: Bundle, name: string): Schema {
  const found = contract.components.schemas[name];
  if (!found) throw new Error(`The contract has no schema ${name}; adapt the test.`);
  return found;
}

function operation(contract: Bundle, path: string, method: string) {
  const found = contract.paths[path]?.[method];
  if (!found) throw new Error(`The contract has no ${method} ${path}; adapt the test.`);
  return found;
}

const removeField = (contract: Bundle, name: string, field: string) => {
  const target = schema(contract, name);
  delete target.properties[field];
  target.required = target.required.filter((required) => required !== field);
};

test.for<[string, (contract: Bundle) => void, string[]]>([
  ["a removed path", (it) => delete it.paths["/v1/plugins"], ["path-removed"]],
  ["a removed operation", (it) => delete it.paths["/v1/tracks/{track_id}"]?.delete, ["operation-removed"]],
  ["a removed webhook", (it) => delete it.webhooks["track.deleted"], ["path-removed"]],
  [
    "a renamed operation, which renames the SDKs' method",
    (it) => Object.assign(operation(it, "/v1/plugins", "get"), { operationId: "listIntegrations" }),
    ["operation-id-changed"],
  ],
  [
    "a new required field in a request",
    (it) => {
      Object.assign(schema(it, "CreatePlaylistRequest").properties, { genre: { type: "string" } });
      schema(it, "CreatePlaylistRequest").required.push("genre");
    },
    ["required-properties-added"],
  ],
  [
    "a new required parameter",
    (it) => {
      const parameter = { name: "q", in: "query", required: true, schema: { type: "string" } };
      operation(it, "/v1/plugins", "get").parameters.push(parameter);
    },
    ["parameter-became-required"],
  ],
  [
    "a removed field of an answer",
    (it) => removeField(it, "Track", "sha256"),
    ["property-removed", "required-properties-removed"],
  ],
  [
    "a removed field of a webhook's payload",
    (it) => removeField(it, "WebhookTestPayload", "timestamp"),
    ["property-removed", "required-properties-removed"],
  ],
  [
    "a field of an answer that may be absent now",
    (it) => schema(it, "Track").required.splice(0, 1),
    ["required-properties-removed"],
  ],
  [
    "a field of an answer that may be null now",
    (it) => Object.assign(schema(it, "Track").properties.title ?? {}, { type: ["string", "null"] }),
    ["schema-type-changed"],
  ],
  ["a narrowed enum", (it) => schema(it, "GenerationLane").enum.pop(), ["enum-values-removed"]],
  [
    "a lower limit on what may be sent",
    (it) => Object.assign(schema(it, "CreateGenerationRequest").properties.prompt ?? {}, { maxLength: 100 }),
    ["schema-constraint-changed"],
  ],
  [
    "another scope",
    (it) => Object.assign(operation(it, "/v1/plugins", "get").security[0] ?? {}, { apiKey: ["tracks:read"] }),
    ["security-requirement-changed"],
  ],
])("%s is breaking", ([, change, rules]) => {
  expect(rulesNoticing(change)).toEqual(rules);
});

test.for<[string, (contract: Bundle) => void]>([
  ["nothing", () => {}],
  [
    "a new optional field in a request",
    (it) => Object.assign(schema(it, "CreateGenerationRequest").properties, { genre: { type: "string" } }),
  ],
  [
    "a new field in an answer",
    (it) => {
      Object.assign(schema(it, "Track").properties, { bpm: { type: "integer" } });
      schema(it, "Track").required.push("bpm");
    },
  ],
  ["a new operation", (it) => Object.assign(it.paths, { "/v1/new": { get: operation(it, "/healthz", "get") } })],
  ["a new value in an enum of answers", (it) => schema(it, "EventType").enum.push("track.played")],
  ["a new kind of event", (it) => schema(it, "Event").oneOf.unshift({ $ref: "#/components/schemas/Track" })],
  ["other words", (it) => Object.assign(schema(it, "Track"), { description: "A recording." })],
])("%s breaks nothing", ([, change]) => {
  expect(rulesNoticing(change)).toEqual([]);
});

test("a break passes when it is accepted with a reason, and only that one", () => {
  const changes = [
    { rule: "property-removed", at: "#/components/schemas/Track/properties/sha256", message: "gone" },
    { rule: "property-removed", at: "#/components/schemas/Track/properties/bytes", message: "gone" },
  ];
  const accepted = parseAcceptedBreaks(
    `- rule: property-removed
  at: "#/components/schemas/Track/properties/sha256"
  reason: No released version had it; readers use the ETag.`,
  );
  expect(withoutAccepted(changes, accepted)).toEqual([changes[1]]);
});

test("an accepted break without a reason is refused", () => {
  const entry = '- { rule: property-removed, at: "#/components/schemas/Track", reason: because }';
  expect(() => parseAcceptedBreaks(entry)).toThrow("Entry 1 of openapi/breaking-changes.yaml needs");
});
