import { eachOperation } from "../redocly.ts";

const CLASSES = ["read", "write", "generate", "auth", "hooks", "none"];

/**
 * x-rate-class says which rate limit counts the operation: reads are GETs, `none` is for operators' probes only, `hooks`
 * for what providers send.
 */
export const rateClassDeclared = eachOperation((operation, context, method) => {
  const rateClass = operation["x-rate-class"] ?? "";
  const authenticated = operation.security?.length !== 0;
  const report = (message: string) => context.report({ message: `${operation.operationId}: ${message}` });
  if (!CLASSES.includes(rateClass)) return report(`x-rate-class must be one of ${CLASSES.join(", ")}.`);
  if (authenticated && ["auth", "hooks", "none"].includes(rateClass)) {
    report(`x-rate-class ${rateClass} is only for operations open to everybody; use read, write or generate.`);
  }
  const forReading = ["read", "none"].includes(rateClass);
  if (forReading !== (method === "get")) report(`x-rate-class ${rateClass} does not fit ${method}.`);
});
