import type { OperationId } from "../../server/src/generated/operations.ts";
import { exampleBody, resolve } from "../spec.ts";
import { contractOperations, exampleAnswer, successOf } from "./answers.ts";
import type { Case, FileParam, OperationCall, RequestExpectation, Step } from "./case.ts";

type ContractEntry = (typeof contractOperations)[number];

const file: FileParam = { from: "bytes", content: "bytes of a song", filename: "a.wav" };
const finalState = { ...exampleAnswer("getGeneration"), status: "completed" };

/** Every operation is sent as the contract says, and what it answers there reaches the caller. */
export function everyOperation(): Case[] {
  return contractOperations.map((operation): Case => {
    const { step, read, seen } = success(operation);
    return {
      group: "every-operation",
      name: `${operation.operationId} sends what the contract says and gives its answer`,
      call: { ...callOf(operation), ...(read ? { read } : {}) },
      server: [step],
      expect: { requests: [requestOf(operation)], ...seen },
    };
  });
}

/** What may be done twice is tried again, the same and with one idempotency key; what may not is not. */
export function everyRetry(): Case[] {
  return contractOperations.map((operation): Case => {
    const { operationId, method, "x-idempotent": isIdempotent } = operation;
    const again = method !== "POST" || isIdempotent;
    const { step, read } = success(operation);
    const request = requestOf(operation);
    return {
      group: "every-retry",
      name: `${operationId} is ${again ? "sent again, the same," : "not sent again"} after an answer that was lost`,
      random: 0,
      call: { ...callOf(operation), ...(read ? { read } : {}) },
      server: [{ end: "refuse" }, { problem: "internal_error" }, step],
      expect: again
        ? {
            requests: [request, request, request],
            pauses_ms: [0, 0],
            ...(isIdempotent ? { same_headers: ["idempotency-key"] } : {}),
          }
        : { requests: [request], pauses_ms: [], error: { class: "APIConnectionError" } },
    };
  });
}

/** What answers in CSV, too, has a method for it. */
export function everyCsv(): Case[] {
  return contractOperations.flatMap((operation): Case[] => {
    const { operationId } = operation;
    const [example] = Object.values(successOf(operationId).content["text/csv"]?.examples ?? {});
    if (example === undefined) return [];
    const { value: text } = resolve<{ value: string }>(example);
    return [
      {
        group: "every-csv",
        name: `${operationId} gives its CSV file as text`,
        call: { operation: operationId, params: { since: "2026-11-20T00:00:00Z" }, csv: true },
        server: [{ text, headers: { "content-type": "text/csv; charset=utf-8; header=present" } }],
        expect: {
          requests: [{ ...requestOf(operation), query: { since: "2026-11-20T00:00:00Z", format: "csv" } }],
          value: text,
        },
      },
    ];
  });
}

/** What can be downloaded in part takes the part in numbers. */
export function everyRange(): Case[] {
  const ranged = contractOperations.filter(({ parameters = [] }) =>
    parameters.some((parameter) => resolve<{ name: string }>(parameter).name === "Range"),
  );
  const part = { status: 206, text: "a part", headers: { "content-type": "audio/wav" } };
  return ranged.map((operation): Case => {
    const request = requestOf(operation);
    return {
      group: "every-range",
      name: `${operation.operationId} takes a range in numbers`,
      call: { ...callOf(operation), params: { range: { start: 5, end: 10 } }, read: "bytes" },
      server: [part],
      expect: { requests: [{ ...request, headers: { ...request.headers, range: "bytes=5-10" } }], bytes: "a part" },
    };
  });
}

function callOf({ operationId, path, requestBody }: ContractEntry): OperationCall {
  const ids = idsOf(path);
  if (requestBody?.content["multipart/form-data"]) return { operation: operationId, ids, params: { file } };
  if (!requestBody) return { operation: operationId, ids };
  const body = exampleBody(operationId as OperationId) as Record<string, unknown> | undefined;
  if (body === undefined) throw new Error(`${operationId} has no example of its body`);
  return { operation: operationId, ids, params: body };
}

function idsOf(path: string): string[] {
  return [...path.matchAll(/\{/g)].map((_, index) => `id_${index}`);
}

function requestOf(operation: ContractEntry): RequestExpectation {
  const { path, method, security, requestBody, "x-idempotent": isIdempotent } = operation;
  const isForm = requestBody?.content["multipart/form-data"] !== undefined;
  const { params } = callOf(operation);
  return {
    method,
    path: idsOf(path).reduce((url, id) => url.replace(/\{\w+\}/, id), path),
    query: {},
    headers: {
      authorization: security?.length === 0 ? null : "Bearer session-token",
      "idempotency-key": isIdempotent ? "/^.{16,}$/" : null,
      "content-type": isForm ? "/^multipart\\/form-data; boundary=/" : requestBody ? "application/json" : null,
    },
    ...(isForm ? { form: { file: { content: file.content } } } : requestBody ? { json: params } : {}),
  };
}

/** A success as the contract shows it, how it is read, and what is seen then. */
function success({ operationId, "x-paginated": isList }: ContractEntry): {
  step: Step;
  read?: OperationCall["read"];
  seen: Case["expect"];
} {
  const { status, content } = successOf(operationId);
  const [type] = Object.keys(content);
  if (type === undefined) return { step: { status }, seen: {} };
  if (type === "text/event-stream")
    return {
      step: { stream: [`id: 1\ndata: ${JSON.stringify(finalState)}\n\n`] },
      read: "events",
      seen: { events: [{ id: "1", data: finalState }] },
    };
  const step: Step = { status, text: "as it came", headers: { "content-type": type.replace("*", "x") } };
  if (type.startsWith("text/")) return { step, seen: { value: "as it came" } };
  if (type !== "application/json") return { step, read: "bytes", seen: { bytes: "as it came" } };
  const answer = exampleAnswer(operationId);
  // Only the members of a page that the SDKs show: there is nothing in the others.
  const value = isList
    ? { data: answer["data"], has_more: answer["has_more"], next_cursor: answer["next_cursor"] }
    : answer;
  return { step: { status, example: operationId }, seen: { value } };
}
