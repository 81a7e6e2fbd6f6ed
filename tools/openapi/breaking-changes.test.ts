import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { findBreakingChanges, parseAcceptedBreaks, withoutAccepted, type BreakingChange } from "./breaking-changes.ts";

interface Schema {
  type?: string | string[];
  properties: Record<string, object>;
  required: string[];
  enum: string[];
  oneOf: object[];
}
interface Operation {
  operationId: string;
  parameters?: object[];
  security: Record<string, string[]>[];
}
interface Bundle {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, object>;
  components: { schemas: Record<string, Schema> };
}

const bundle = readFileSync(new URL("../../openapi/dist/openapi.json", import.meta.url), "utf8");

/** Breaking changes that all of these changes of the real contract, made together, are. */
function breaking(changes: readonly ((contract: Bundle) => void)[]): BreakingChange[] {
  const newer: Bundle = JSON.parse(bundle);
  for (const change of changes) change(newer);
  return findBreakingChanges(bundle, JSON.stringify(newer, null, 2));
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

type Change = (contract: Bundle) => void;
/** Changes at places that have nothing to do with each other, and the rules that must notice each at its place. */
const breaks: Record<string, [at: string, change: Change, rules: string[]]> = {
  "a removed path": ["#/paths/~1v1~1plugins", (it) => delete it.paths["/v1/plugins"], ["path-removed"]],
  "a removed operation": [
    "#/paths/~1v1~1tracks~1{track_id}",
    (it) => delete it.paths["/v1/tracks/{track_id}"]?.delete,
    ["operation-removed"],
  ],
  "a removed webhook": ["#/webhooks/track.deleted", (it) => delete it.webhooks["track.deleted"], ["path-removed"]],
  "a renamed operation, which renames the SDKs' method": [
    "#/paths/~1v1~1profile",
    (it) => Object.assign(operation(it, "/v1/profile", "get"), { operationId: "getMyself" }),
    ["operation-id-changed"],
  ],
  "a new required field in a request": [
    "#/components/schemas/CreatePlaylistRequest",
    (it) => {
      Object.assign(schema(it, "CreatePlaylistRequest").properties, { genre: { type: "string" } });
      schema(it, "CreatePlaylistRequest").required.push("genre");
    },
    ["required-properties-added"],
  ],
  "a new required parameter": [
    "#/paths/~1v1~1plans",
    (it) => {
      const parameter = { name: "q", in: "query", required: true, schema: { type: "string" } };
      const list = operation(it, "/v1/plans", "get");
      list.parameters = [...(list.parameters ?? []), parameter];
    },
    ["parameter-became-required"],
  ],
  "a removed field of an answer": [
    "#/components/schemas/Track",
    (it) => removeField(it, "Track", "sha256"),
    ["property-removed", "required-properties-removed"],
  ],
  "a removed field of a webhook's payload": [
    "#/components/schemas/WebhookTestPayload",
    (it) => removeField(it, "WebhookTestPayload", "timestamp"),
    ["property-removed", "required-properties-removed"],
  ],
  "a field of an answer that may be absent now": [
    "#/components/schemas/Playlist/",
    (it) => schema(it, "Playlist").required.splice(0, 1),
    ["required-properties-removed"],
  ],
  "a field of an answer that may be null now": [
    "#/components/schemas/Asset/",
    (it) => Object.assign(schema(it, "Asset").properties.title ?? {}, { type: ["string", "null"] }),
    ["schema-type-changed"],
  ],
  "a narrowed enum": [
    "#/components/schemas/GenerationLane",
    (it) => schema(it, "GenerationLane").enum.pop(),
    ["enum-values-removed"],
  ],
  "a lower limit on what may be sent": [
    "#/components/schemas/CreateGenerationRequest",
    (it) => Object.assign(schema(it, "CreateGenerationRequest").properties.prompt ?? {}, { maxLength: 100 }),
    ["schema-constraint-changed"],
  ],
  "another scope": [
    "#/paths/~1v1~1library~1assets/",
    (it) => Object.assign(operation(it, "/v1/library/assets", "get").security[0] ?? {}, { apiKey: ["tracks:read"] }),
    ["security-requirement-changed"],
  ],
};

// One comparison for all of them: each takes seconds of CPU.
describe("a change that breaks somebody is noticed where it is", () => {
  const cases = Object.entries(breaks).map(([name, [at, change, rules]]) => ({ name, at, change, rules }));
  let found: BreakingChange[];
  beforeAll(() => {
    found = breaking(cases.map(({ change }) => change));
  });

  test.for(cases)("$name", ({ at, rules }) => {
    const here = found.filter((change) => change.at.startsWith(at));
    expect([...new Set(here.map(({ rule }) => rule))].toSorted()).toEqual(rules);
  });

  test("and nothing else", () => {
    expect(found.filter((change) => !cases.some(({ at }) => change.at.startsWith(at)))).toEqual([]);
  });
});

test("what breaks nobody is not noticed, however much of it there is", () => {
  expect(
    breaking([
      // A new optional field in a request, a new field in an answer.
      (it) => Object.assign(schema(it, "CreateGenerationRequest").properties, { genre: { type: "string" } }),
      (it) => {
        Object.assign(schema(it, "Track").properties, { bpm: { type: "integer" } });
        schema(it, "Track").required.push("bpm");
      },
      // A new operation, a new value in an enum of answers, a new kind of event.
      (it) => Object.assign(it.paths, { "/v1/new": { get: operation(it, "/healthz", "get") } }),
      (it) => schema(it, "EventType").enum.push("track.played"),
      (it) => schema(it, "Event").oneOf.unshift({ $ref: "#/components/schemas/Track" }),
      // Other words.
      (it) => Object.assign(schema(it, "Track"), { description: "A recording." }),
    ]),
  ).toEqual([]);
});

test("a contract that did not change has no breaking change", () => {
  expect(breaking([])).toEqual([]);
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
