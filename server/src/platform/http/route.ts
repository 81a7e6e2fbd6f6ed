import type { RequestHandler } from "express";
import createRouter, { type HTTPMethod } from "find-my-way";
import { operations, type OperationId } from "../../generated/operations.ts";
import { ProblemError } from "./problem.ts";

const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"] as const satisfies HTTPMethod[];

/**
 * Finds the operation of a request once, from the spec's own paths; every later step (limits, validation, scopes, the
 * handler) looks up by operationId. Unknown path: 404, known path with another method: 405 with `Allow`. `served`: by
 * operationId, what this process serves.
 */
export function route(served: Readonly<Record<string, unknown>> = operations): RequestHandler {
  const router = createRouter({ ignoreTrailingSlash: false, caseSensitive: true });
  const all = Object.entries(operations).filter(([operationId]) => operationId in served);
  for (const [operationId, { method, path }] of all) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ":$1");
    router.on(method.toUpperCase() as HTTPMethod, pattern, () => {}, { operationId });
  }
  const concrete = concretePaths(all.map(([, operation]) => operation));
  return (request, _response, next) => {
    const method = request.method === "HEAD" ? "GET" : request.method;
    const methods = concrete.get(request.path);
    const found = methods?.includes(method) === false ? null : router.find(method as HTTPMethod, request.path);
    // `/v1/tracks/` names no track: it is no path of the spec.
    if (found && !Object.values(found.params).includes("")) {
      request.context.operationId = (found.store as { operationId: OperationId }).operationId;
      request.context.pathParams = found.params as Record<string, string>;
      return next();
    }
    const allowed = found
      ? []
      : METHODS.filter((candidate) => (methods ? methods.includes(candidate) : router.find(candidate, request.path)));
    if (allowed.length === 0) {
      request.context.refusal = new ProblemError("not_found", {
        detail: "No operation has this path. See the API reference for all paths.",
      });
      return next();
    }
    request.context.refusal = new ProblemError("method_not_allowed", {
      detail: `This path does not accept ${request.method}. It accepts: ${allowed.join(", ")}.`,
      headers: { Allow: allowed.join(", ") },
    });
    next();
  };
}

/** Paths without parameters → their methods. Such a path wins over a template that fits too, as OpenAPI has it. */
function concretePaths(all: { method: string; path: string }[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { method, path } of all) {
    if (!path.includes("{")) methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  }
  return methods;
}
