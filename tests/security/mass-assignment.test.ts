import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import { openApiDocument } from "../../server/src/platform/http/validate.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";

/** Fields that a caller would like to set and no operation offers. */
const coveted = ["account_id", "is_admin", "plan", "tier", "id", "object", "created_at", "email_verified", "revoked_at", "user_id", "mode", "__proto__", "constructor"];

interface JsonBody { content?: Record<string, { schema: unknown; examples?: Record<string, { value?: unknown; $ref?: string }> }> }

/** Operations that read a JSON body, with the first example of the spec. */
const withBody = (Object.keys(operations) as OperationId[]).flatMap((id) => {
  const { path, method } = operations[id];
  const body = openApiDocument.paths[path]?.[method]?.requestBody as JsonBody | undefined;
  const json = body?.content?.["application/json"];
  return json ? [{ id, example: Object.values(json.examples ?? {})[0]?.value }] : [];
});

describe("mass assignment", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false, env: { TRUST_PROXY: "1" } });
    account = await app.signUp({ admin: true });
  });
  afterAll(() => app?.close());

  test.for(withBody)("$id refuses every field that it does not offer, by name", async ({ id, example }, { expect: expectHere }) => {
    const { method, path, security } = operations[id];
    expectHere(example, `${id} has an example`).toBeTypeOf("object");
    const filled = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => exampleOf(id, name));
    const offered = fieldsOf(id);
    const extra = coveted.filter((name) => !offered.has(name));
    for (const name of extra) {
      // Written by hand: an object literal would take __proto__ for something else.
      const raw = `${JSON.stringify(example).slice(0, -1)}${Object.keys(example as object).length > 0 ? "," : ""}${JSON.stringify(name)}:"x"}`;
      const answer = await app.request(method, filled, {
        key: security.apiKey ? account.testKey : account.sessionToken,
        raw,
        headers: { "Content-Type": "application/json", "X-Forwarded-For": `198.51.100.${extra.indexOf(name) + 1}`, ...(security.session && { "MusicVerse-Mode": "test" }) },
      });
      expectHere(answer, `${id} with ${name}`).toMatchObject({ status: 400, body: { code: "validation_failed" } });
      expectHere(answer.body["errors"]).toContainEqual(expect.objectContaining({ path: `/body/${name}`, code: "unknown_field" }));
    }
  });
});

/** A well-formed value of a path parameter, as the spec shows it. */
function exampleOf(id: OperationId, name: string): string {
  const { path, method } = operations[id];
  const own = openApiDocument.paths[path]?.[method]?.parameters ?? [];
  for (const parameter of own) {
    const found = resolve<{ name: string; schema: { $ref?: string; examples?: string[] }; example?: string }>(parameter);
    if (found.name !== name) continue;
    const schema = resolve<{ examples?: string[] }>(found.schema);
    const example = found.example ?? schema.examples?.[0];
    if (example !== undefined) return example;
  }
  throw new Error(`${id}: the path parameter ${name} has no example`);
}

/** Names of the fields that the operation's body has. */
function fieldsOf(id: OperationId): Set<string> {
  const { path, method } = operations[id];
  const body = openApiDocument.paths[path]?.[method]?.requestBody as JsonBody;
  const collect = (node: unknown): string[] => {
    const { properties, allOf, oneOf, anyOf } = resolve<{ properties?: object; allOf?: unknown[]; oneOf?: unknown[]; anyOf?: unknown[] }>(node);
    return [...Object.keys(properties ?? {}), ...[...(allOf ?? []), ...(oneOf ?? []), ...(anyOf ?? [])].flatMap(collect)];
  };
  return new Set(collect(body.content?.["application/json"]?.schema));
}

function resolve<T>(node: unknown): T {
  const reference = (node as { $ref?: string }).$ref;
  if (!reference) return node as T;
  return resolve<T>(reference.slice(2).split("/").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], openApiDocument));
}
