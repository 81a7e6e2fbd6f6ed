import { eachOperation, has, parametersOf } from "../redocly.ts";

/** Shorter is no reason. */
const REASON_LENGTH_MIN = 20;

/**
 * Every POST can be repeated safely: x-idempotent, the parameter Idempotency-Key, and the answers 409 and 422 that come with
 * it. One that is open to everybody has no account to keep a record under and says in x-not-idempotent why repeating it does
 * no harm. No other operation declares any of that.
 */
export const idempotencyDeclared = eachOperation((operation, context, method) => {
  const post = method === "post";
  const wanted = post && operation.security?.length !== 0;
  const marked = operation["x-idempotent"] === true;
  const parameter = has(parametersOf(operation, context), "header", "Idempotency-Key");
  if (marked !== wanted || parameter !== wanted) {
    const message = wanted
      ? `${operation.operationId} must have x-idempotent: true and the parameter IdempotencyKey.`
      : `${operation.operationId} must have neither x-idempotent nor the parameter IdempotencyKey.`;
    context.report({ message });
  }
  const reason = operation["x-not-idempotent"];
  if (post && !wanted && (reason?.length ?? 0) < REASON_LENGTH_MIN) {
    context.report({ message: `${operation.operationId} must say in x-not-idempotent why repeating it does no harm.` });
  }
  if (reason !== undefined && (!post || wanted)) {
    context.report({
      message: `${operation.operationId} must not have x-not-idempotent: it is for POSTs that are open to everybody.`,
    });
  }
  const missing = ["409", "422"].filter((status) => wanted && !operation.responses?.[status]);
  if (missing.length > 0) {
    const message = `${operation.operationId} lacks the responses ${missing.join(" and ")} of idempotent operations.`;
    context.report({ message, location: context.location.child("responses") });
  }
});
