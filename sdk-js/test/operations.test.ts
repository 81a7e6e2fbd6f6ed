import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { operations } from "../src/generated/operations.ts";
import type { MusicVerse } from "../src/index.ts";
import { misbehave } from "./misbehaving-server.ts";
import type { Step } from "./misbehaving-server.ts";

interface Contract {
  paths: Record<
    string,
    Record<string, { operationId: string; security?: object[]; "x-idempotent"?: boolean; requestBody?: object }>
  >;
}

const contract = JSON.parse(
  readFileSync(new URL("../../openapi/dist/openapi.json", import.meta.url), "utf8"),
) as Contract;
const inContract = Object.entries(contract.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
);

/** Accepts everything. */
const anything: Step = (response, { url }) => {
  const type = url.endsWith("/events") && url.includes("/generations/") ? "text/event-stream" : "application/json";
  response
    .writeHead(200, { "content-type": type })
    .end(type === "application/json" ? "{}" : 'data: {"status":"completed"}\n\n');
};

async function call(
  client: MusicVerse,
  { resource, method }: { resource: string; method: string },
  args: unknown[],
): Promise<void> {
  const target = (client as unknown as Record<string, Record<string, (...args: unknown[]) => unknown>>)[resource];
  const result = target?.[method]?.(...args);
  if (result instanceof Object && "until" in result)
    for await (const event of result as unknown as AsyncIterable<unknown>) expect(event).toBeDefined();
  else await result;
}

test("the client has exactly the operations of the contract", () => {
  expect(Object.keys(operations).toSorted()).toEqual(inContract.map(({ operationId }) => operationId).toSorted());
});

describe("each operation is sent with the path, credentials and idempotency of the contract (SDK-01)", () => {
  test.each(inContract)("$operationId", async ({ operationId, method, path, security, requestBody, ...operation }) => {
    await using server = await misbehave(anything);
    const ids = [...path.matchAll(/\{/g)].map((_, index) => `id_${index}`);
    const body = operationId === "uploadTrack" ? { file: new Blob(["x"]) } : {};
    await call(server.client(), operations[operationId as keyof typeof operations], [
      ...ids,
      ...(requestBody ? [body] : []),
    ]);
    const [request] = server.requests;
    expect(request?.method).toBe(method);
    expect(request?.url).toBe(ids.reduce((url, id) => url.replace(/\{\w+\}/, id), path));
    expect(request?.headers.authorization).toBe(security?.length === 0 ? undefined : "Bearer session-token");
    expect(typeof request?.headers["idempotency-key"]).toBe(operation["x-idempotent"] ? "string" : "undefined");
    expect(request?.headers["content-type"]?.split(";")[0]).toBe(
      requestBody ? (operationId === "uploadTrack" ? "multipart/form-data" : "application/json") : undefined,
    );
  });
});
