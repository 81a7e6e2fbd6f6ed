import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations, type OperationId } from "../../server/src/generated/operations.ts";
import { startTestApp, type TestAccount, type TestApp } from "../../server/test-kit/app.ts";
import { exampleBody, examplePath, jsonBodyOf, resolve } from "../spec.ts";

/** Fields that a caller would like to set and no operation offers. */
const coveted = [
  "account_id",
  "is_admin",
  "plan",
  "tier",
  "id",
  "object",
  "created_at",
  "email_verified",
  "revoked_at",
  "user_id",
  "mode",
  "__proto__",
  "constructor",
];

/** Operations that read a JSON body (a provider's event is bytes to us), with the first example of the spec. */
const withBody = (Object.keys(operations) as OperationId[]).flatMap((id) =>
  jsonBodyOf(id) && !operations[id].rawBody ? [{ id, example: exampleBody(id) }] : [],
);

describe("mass assignment", () => {
  let app: TestApp;
  let account: TestAccount;
  beforeAll(async () => {
    app = await startTestApp({ worker: false, env: { TRUST_PROXY: "1" } });
    account = await app.signUp({ admin: true });
  });
  afterAll(() => app?.close());

  test.for(withBody)(
    "$id refuses every field that it does not offer, by name",
    async ({ id, example }, { expect: expectHere }) => {
      const { method, security } = operations[id];
      expectHere(example, `${id} has an example`).toBeTypeOf("object");
      const offered = fieldsOf(id);
      const extra = coveted.filter((name) => !offered.has(name));
      for (const name of extra) {
        // Written by hand: an object literal would take __proto__ for something else.
        const raw = `${JSON.stringify(example).slice(0, -1)}${Object.keys(example as object).length > 0 ? "," : ""}${JSON.stringify(name)}:"x"}`;
        const answer = await app.request(method, examplePath(id), {
          key: security.apiKey ? account.testKey : account.sessionToken,
          raw,
          headers: {
            "Content-Type": "application/json",
            "X-Forwarded-For": `198.51.100.${extra.indexOf(name) + 1}`,
            ...(security.session && { "MusicVerse-Mode": "test" }),
          },
        });
        expectHere(answer, `${id} with ${name}`).toMatchObject({ status: 400, body: { code: "validation_failed" } });
        expectHere(answer.body["errors"]).toContainEqual(
          expect.objectContaining({ path: `/body/${name}`, code: "unknown_field" }),
        );
      }
    },
  );
});

/** Names of the fields that the operation's body has. */
function fieldsOf(id: OperationId): Set<string> {
  const collect = (node: unknown): string[] => {
    const { properties, allOf, oneOf, anyOf } = resolve<{
      properties?: object;
      allOf?: unknown[];
      oneOf?: unknown[];
      anyOf?: unknown[];
    }>(node);
    return [
      ...Object.keys(properties ?? {}),
      ...[...(allOf ?? []), ...(oneOf ?? []), ...(anyOf ?? [])].flatMap(collect),
    ];
  };
  return new Set(collect(jsonBodyOf(id)?.schema));
}
