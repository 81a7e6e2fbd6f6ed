import type { Context, Operation, Response } from "../redocly.ts";
import { eachOperation, fileOf, follow, parametersOf } from "../redocly.ts";

/**
 * Every way in which an operation can refuse is declared: 400 where there is input, 401, 403 and 429 where the caller
 * is authenticated, 404 where there is an id, 413 and 415 where there is a body, 500 always. And every error is
 * application/problem+json.
 */
export const problemResponses = eachOperation((operation, context) => {
  const responses = operation.responses ?? {};
  const missing = expectedStatuses(operation, context).filter((status) => !(status in responses));
  if (missing.length > 0) {
    const message = `${operation.operationId} lacks the error responses ${missing.join(", ")}; see responses/.`;
    context.report({ message, location: context.location.child("responses") });
  }
  for (const [status, entry] of Object.entries(responses)) {
    const response = follow<Response>(context, entry, fileOf(context))?.node;
    const types = Object.keys(response?.content ?? {});
    if (/^[45]/.test(status) && response && types.join() !== "application/problem+json") {
      const wanted = `must be application/problem+json, not ${types.join() || "nothing"}.`;
      const location = context.location.child(["responses", status]);
      context.report({ message: `${operation.operationId}: the body of ${status} ${wanted}`, location });
    }
  }
});

function expectedStatuses(operation: Operation, context: Context): string[] {
  const parameters = parametersOf(operation, context);
  const authenticated = operation.security?.length !== 0;
  const body = operation.requestBody !== undefined;
  return [
    ...(body || parameters.length > 0 ? ["400"] : []),
    ...(authenticated ? ["401", "403", "429"] : []),
    ...(parameters.some((parameter) => parameter.in === "path") ? ["404"] : []),
    ...(body ? ["413", "415"] : []),
    ...(!authenticated && operation["x-rate-class"] !== "none" ? ["429"] : []),
    "500",
  ];
}
