import { resolve } from "../spec.ts";
import { contractOperations, errorCatalogue, idMember } from "./answers.ts";
import type { Case } from "./case.ts";

const CLASSES: Readonly<Record<number, string>> = {
  400: "BadRequestError",
  401: "AuthenticationError",
  403: "PermissionDeniedError",
  404: "NotFoundError",
  409: "ConflictError",
  412: "PreconditionFailedError",
  413: "ContentTooLargeError",
  415: "UnsupportedMediaTypeError",
  416: "RangeNotSatisfiableError",
  422: "UnprocessableEntityError",
  429: "RateLimitError",
};

/** Every list operation of the contract is walked over its pages. */
export function everyList(): Case[] {
  return contractOperations
    .filter((operation) => operation["x-paginated"])
    .map(({ operationId, path, parameters = [] }): Case => {
      const ids = [...path.matchAll(/\{/g)].map((_, index) => `id_${index}`);
      const target = ids.reduce((url, id) => url.replace(/\{\w+\}/, id), path);
      const filter = parameters
        .map((parameter) => resolve<{ name: string; in: string }>(parameter))
        .some(({ name }) => name === "limit")
        ? { limit: 2 }
        : {};
      const sent = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]));
      return {
        group: "every-list",
        name: `${operationId} walks all its pages with the same filters`,
        call: { operation: operationId, ids, params: filter, read: "items" },
        server: [
          { page: { of: operationId, ids: [`${idMember(operationId)}_1`, "b"], next: "cursor/+=1" } },
          { page: { of: operationId, ids: ["c"] } },
        ],
        expect: {
          items: [`${idMember(operationId)}_1`, "b", "c"],
          requests: [
            { method: "GET", path: target, query: sent },
            { method: "GET", path: target, query: { ...sent, cursor: "cursor/+=1" } },
          ],
        },
      };
    });
}

/** Every code of the catalogue becomes its class, and is tried again exactly when its status allows it. */
export function everyProblem(): Case[] {
  return Object.entries(errorCatalogue).map(([code, { status }]): Case => {
    const again = status === 408 || status === 429 || status >= 500 || code === "idempotency_in_progress";
    return {
      group: "every-problem",
      name: `${code} is ${again ? "tried again" : "final at once"} and mapped`,
      call: { operation: "createGeneration", params: { prompt: "slow blues" } },
      server: [{ problem: code }],
      expect: {
        requests: again ? 3 : 1,
        error: {
          class: CLASSES[status] ?? (status >= 500 ? "InternalServerError" : "APIError"),
          status,
          code,
          request_id: "req_1",
          retry_after_ms: null,
          message: [`${status} ${code}: Because of ${code}.`, "POST /v1/generate", "req_1"],
        },
      },
    };
  });
}
