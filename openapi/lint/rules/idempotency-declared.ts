import { eachOperation, has, parametersOf } from "../redocly.ts";

/**
 * Every POST of an authenticated caller can be repeated safely: x-idempotent, the parameter Idempotency-Key, and the
 * answers 409 and 422 that come with it. No other operation declares any of that.
 */
export const idempotencyDeclared = eachOperation((operation, context, method) => {
  const wanted = method === "post" && operation.security?.length !== 0;
  const marked = operation["x-idempotent"] === true;
  const parameter = has(parametersOf(operation, context), "header", "Idempotency-Key");
  if (marked !== wanted || parameter !== wanted) {
    const message = wanted
      ? `${operation.operationId} must have x-idempotent: true and the parameter IdempotencyKey.`
      : `${operation.operationId} must have neither x-idempotent nor the parameter IdempotencyKey.`;
    context.report({ message });
  }
  const missing = ["409", "422"].filter((status) => wanted && !operation.responses?.[status]);
  if (missing.length > 0) {
    const message = `${operation.operationId} lacks the responses ${missing.join(" and ")} of idempotent operations.`;
    context.report({ message, location: context.location.child("responses") });
  }
});
