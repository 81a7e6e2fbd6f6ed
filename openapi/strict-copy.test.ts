import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect, test } from "vitest";
import { strictCopy } from "./strict-copy.ts";

interface Bundle {
  paths: object;
  webhooks?: object;
  components: { schemas: Record<string, object>; examples: Record<string, { value: object }> };
}

const bundle: Bundle = JSON.parse(readFileSync(new URL("dist/openapi.json", import.meta.url), "utf8"));

function accepts(document: Bundle, schema: string, value: unknown): boolean {
  const ajv = formats.default(new Ajv2020({ strict: false, validateSchema: false }));
  ajv.addSchema(document, "contract");
  return ajv.compile({ $ref: `contract#/components/schemas/${schema}` })(value);
}

const exampleOf = (name: string): object => bundle.components.examples[name]?.value ?? {};

const answers: [schema: string, example: string][] = [
  ["Track", "TrackUploaded"],
  ["ApiKeyWithSecret", "ApiKeyWithSecret"],
  ["WebhookDeliveryDetail", "WebhookDeliveryDetail"],
  ["Event", "WebhookTestEvent"],
];

test.for(answers)("%s with an undeclared field is refused by the strict copy only", ([schema, example]) => {
  const value = exampleOf(example);
  const strict = strictCopy(bundle);
  expect(accepts(strict, schema, value)).toBe(true);
  expect(accepts(bundle, schema, { ...value, surprise: 1 })).toBe(true);
  expect(accepts(strict, schema, { ...value, surprise: 1 })).toBe(false);
});

test("an undeclared field deep inside is refused too", () => {
  const value = {
    ...exampleOf("GenerationFailed"),
    error: { code: "internal_error", message: "Ours.", stack: "at …" },
  };
  expect(accepts(bundle, "Generation", value)).toBe(true);
  expect(accepts(strictCopy(bundle), "Generation", value)).toBe(false);
});

test("maps stay open, and the bundle itself is not touched", () => {
  const before = structuredClone(bundle);
  expect(accepts(strictCopy(bundle), "HeaderMap", { "x-anything": "yes" })).toBe(true);
  expect(bundle).toEqual(before);
});

test("a merged object still requires the fields of all its parts", () => {
  const { key: _, ...withoutKey } = exampleOf("ApiKeyWithSecret") as { key: string };
  const { ...withoutName }: { name?: string } = exampleOf("ApiKeyWithSecret");
  delete withoutName.name;
  expect(accepts(strictCopy(bundle), "ApiKeyWithSecret", withoutKey)).toBe(false);
  expect(accepts(strictCopy(bundle), "ApiKeyWithSecret", withoutName)).toBe(false);
});
