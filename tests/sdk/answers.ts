import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { parse } from "yaml";
import { openApiDocument } from "../../server/src/platform/http/validate.ts";
import { resolve } from "../spec.ts";
import type { Step } from "./case.ts";

interface Catalogued {
  status: number;
  title: string;
}
interface Media {
  examples?: Record<string, unknown>;
}
export interface ContractOperation {
  operationId: string;
  parameters?: unknown[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, unknown>;
  security?: object[];
  "x-paginated"?: boolean;
  "x-idempotent"?: boolean;
}

/** Every code of the catalogue with its status and title. */
export const errorCatalogue = parse(
  readFileSync(new URL("../../openapi/errors.yaml", import.meta.url), "utf8"),
) as Record<string, Catalogued>;

export const contractOperations = Object.entries(openApiDocument.paths).flatMap(([path, item]) =>
  Object.entries(item as unknown as Record<string, ContractOperation>).map(([method, operation]) => ({
    ...operation,
    path,
    method: method.toUpperCase(),
  })),
);

/** The first success of an operation. */
export function successOf(operationId: string): { status: number; content: Record<string, Media> } {
  const responses = Object.entries(
    contractOperations.find((operation) => operation.operationId === operationId)?.responses ?? {},
  );
  const [status, success] = responses.find(([code]) => code.startsWith("2")) ?? [];
  return { status: Number(status), content: resolve<{ content?: Record<string, Media> }>(success ?? {}).content ?? {} };
}

/** The first example answer of an operation, whose status is a success. */
export function exampleAnswer(operationId: string): Record<string, unknown> {
  const { content } = successOf(operationId);
  const [example] = Object.values(content["application/json"]?.examples ?? {});
  if (example === undefined) throw new Error(`${operationId} has no example answer in JSON`);
  return resolve<{ value: Record<string, unknown> }>(example).value;
}

/** Carries out one step. The request has been read already. */
export function answer(step: Step, response: ServerResponse): void {
  const { status, type, text } = content(step);
  const headers: Record<string, string> = { "x-request-id": "req_1", ...(type ? { "content-type": type } : {}) };
  for (const [name, value] of Object.entries(step.headers ?? {}))
    headers[name] = value.replace(/\{date([+-]\d+)s\}/, (_, offset: string) => httpDate(Number(offset)));
  const end = step.end ?? "close";
  if (end === "hang") return;
  if (end === "refuse") return void response.destroy();
  if (step.stream) {
    response.writeHead(status, headers);
    for (const piece of step.stream) response.write(piece);
    if (end === "close") response.end();
    // A comment behind it, so that what was sent is out before the connection breaks.
    if (end === "cut") response.write(":\n", () => setImmediate(() => response.destroy()));
    return;
  }
  if (end === "close") return void response.writeHead(status, headers).end(text);
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(text)) });
  response.write(text.slice(0, text.length / 2), () => end === "cut" && setImmediate(() => response.destroy()));
}

function content(step: Step): { status: number; type: string | null; text: string } {
  if (step.problem) {
    const catalogued = errorCatalogue[step.problem];
    if (!catalogued) throw new Error(`openapi/errors.yaml has no ${step.problem}`);
    const { status, title } = catalogued;
    const problem = {
      type: `https://musicverse.dev/errors/${step.problem}`,
      title,
      status,
      detail: `Because of ${step.problem}.`,
      code: step.problem,
      request_id: "req_1",
      ...step.with,
    };
    return { status: step.status ?? status, type: "application/problem+json", text: JSON.stringify(problem) };
  }
  const status = step.status ?? 200;
  if (step.stream) return { status, type: "text/event-stream", text: "" };
  if (step.text !== undefined) return { status, type: "text/plain", text: step.text };
  if (step.page) return { status, type: "application/json", text: JSON.stringify(page(step.page)) };
  if (step.example)
    return { status, type: "application/json", text: JSON.stringify({ ...exampleAnswer(step.example), ...step.with }) };
  if (step.json !== undefined) return { status, type: "application/json", text: JSON.stringify(step.json) };
  return { status, type: null, text: "" };
}

function page({ of, ids, next = null, has_more = next !== null }: NonNullable<Step["page"]>): object {
  const [item] = exampleAnswer(of)["data"] as object[];
  const key = idMember(of);
  return { object: "list", data: ids.map((id) => ({ ...item, [key]: id })), has_more, next_cursor: next };
}

/** The member that tells the items of a list apart. */
export function idMember(listOperation: string): string {
  const [item] = exampleAnswer(listOperation)["data"] as object[];
  const key = Object.keys(item ?? {}).find((name) => name === "id" || name.endsWith("_id"));
  if (key === undefined) throw new Error(`the items of ${listOperation} have no id in the example`);
  return key;
}

function httpDate(offsetSeconds: number): string {
  return new Date(Date.now() + offsetSeconds * 1000).toUTCString();
}
