import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import express from "express";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations, type OperationId } from "../../generated/operations.ts";
import { readBody } from "./read-body.ts";
import { referenceValidator } from "./reference.ts";
import { requestId } from "./request-id.ts";
import { route } from "./route.ts";
import { compileValidators, openApiDocument, validate } from "./validate.ts";
import { ProblemError } from "./problem.ts";

const app = express();
app.disable("etag");
app.set("query parser", "simple");
const validators = compileValidators();
app.use(requestId, route(), readBody({ timeoutMs: 20_000 }), referenceValidator(validators), validate(validators));
app.use((_request, response) => void response.writeHead(299).end());
app.use(((error: unknown, _request, response, _next) => {
  // A disagreement of the two validators is a plain Error: the text tells which operation and what each said.
  const status = error instanceof ProblemError ? error.status : 599;
  response.writeHead(status).end(error instanceof ProblemError ? JSON.stringify(error.options.errors) : String(error));
}) as express.ErrorRequestHandler);
const server = createServer(app);
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

interface Sent {
  path: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
  headers: Record<string, string>;
}

async function send(
  operationId: OperationId,
  { path, query, body, headers }: Sent,
): Promise<{ status: number; text: string }> {
  const { method, path: template } = operations[operationId];
  const filled = template.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(path[name] ?? "x"));
  const search = new URLSearchParams(query).toString();
  const response = await fetch(`${url}${filled}${search && `?${search}`}`, {
    method: method.toUpperCase(),
    headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Values around every border that the contract has: lengths, ranges, enums, formats, types, unknown names. */
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    " ",
    "x",
    "x".repeat(201),
    "x".repeat(2001),
    "x".repeat(3501),
    "all",
    "live",
    "test",
    "music",
    "bulk",
    "interactive",
  ),
  fc.constantFrom<unknown>(0, 1, 4, 5, 20, 100, 101, 240, 241, -1, 1.5, 1e9, true, false, null),
  fc.constantFrom<unknown>(
    "1",
    "100",
    "101",
    "1e3",
    "0x10",
    "true",
    "queued",
    "completed",
    "enabled",
    "paused",
    "disabled",
    "tracks:read",
    "generation.completed",
  ),
  fc.constantFrom<unknown>(
    "2026-11-21T08:30:00.000Z",
    "2026-11-21",
    "yesterday",
    "2016-12-31T23:59:60Z",
    "2026-11-21 08:30:00Z",
    "2026-11-21T08:30:00-24:00",
    "a+b&c=d",
    "https://example.com/hook",
    "javascript:alert(1)",
    "a@example.com",
    "not an address",
  ),
  fc.string({ maxLength: 12 }),
);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 5 }), scalar, { maxKeys: 2 }),
);

function bodySchemaOf(operationId: OperationId): { properties: Record<string, unknown> } | null {
  const { path, method } = operations[operationId];
  const body = openApiDocument.paths[path]?.[method]?.requestBody as
    | { content?: Record<string, { schema: { $ref?: string } }> }
    | undefined;
  const reference = body?.content?.["application/json"]?.schema.$ref;
  if (!reference) return null;
  return openApiDocument.components["schemas"]?.[reference.split("/").at(-1) ?? ""] as {
    properties: Record<string, unknown>;
  };
}

function requestsFor(operationId: OperationId): fc.Arbitrary<Sent> {
  const names = Object.keys(bodySchemaOf(operationId)?.properties ?? {});
  const field = fc.constantFrom(...names, "unknown_field", "__proto__");
  const body =
    names.length === 0
      ? fc.constant(undefined)
      : fc.oneof(
          { weight: 8, arbitrary: fc.dictionary(field, value, { maxKeys: 6 }) },
          { weight: 1, arbitrary: value },
        );
  const id = fc.constantFrom(
    "x",
    "trk_01kbq5s7m8e5xv2p0t6w9r4c3d",
    "gen_01kbq5s7m8e5xv2p0t6w9r4c3d",
    "whk_01kbq5s7m8e5xv2p0t6w9r4c3d",
    "key_01kbq5s7m8e5xv2p0t6w9r4c3d",
    "evt_01kbq5s7m8e5xv2p0t6w9r4c3d",
    "dlv_01kbq5s7m8e5xv2p0t6w9r4c3d",
    "trk_81kbq5s7m8e5xv2p0t6w9r4c3d",
  );
  const text = scalar.map(String);
  return fc.record({
    path: fc.dictionary(
      fc.constantFrom("track_id", "generation_id", "webhook_id", "delivery_id", "event_id", "api_key_id"),
      id,
      { minKeys: 6, maxKeys: 6 },
    ),
    query: fc.dictionary(
      fc.constantFrom("limit", "cursor", "status", "type", "event_type", "since", "until", "unknown"),
      text,
      { maxKeys: 2 },
    ),
    headers: fc.dictionary(
      fc.constantFrom("Idempotency-Key", "MusicVerse-Mode", "Last-Event-ID"),
      fc.constantFrom("a", "live", "test", "x".repeat(300), "7"),
      { maxKeys: 2 },
    ),
    body,
  });
}

describe("our validators and express-openapi-validator agree", () => {
  const judged = (Object.keys(operations) as OperationId[]).filter(
    (id) => !operations[id].requestContentTypes.some((type: string) => type.startsWith("multipart")),
  );

  test.for(judged)("%s", async (operationId) => {
    await fc.assert(
      fc.asyncProperty(requestsFor(operationId), async (sent) => {
        const { status, text } = await send(operationId, sent);
        expect([299, 400], text).toContain(status);
      }),
      { numRuns: 60 },
    );
  });
});

test("a thousand made-up media types are refused without compiling anything (415)", async () => {
  const statuses = await Promise.all(
    Array.from({ length: 1000 }, async (_, index) => {
      const response = await fetch(`${url}/v1/generate`, {
        method: "POST",
        headers: { "Content-Type": `application/x-made-up-${index}` },
        body: "{}",
      });
      return response.status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([415]));
});
