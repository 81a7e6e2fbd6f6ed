import { eachOperation } from "../redocly.ts";

const CLASSES = ["read", "write", "generate", "credential", "inspect", "auth", "hooks", "none"];
const READING = ["read", "inspect", "none"];

/**
 * x-rate-class says which rate limit counts the operation: reads are GETs, `credential` makes one, `inspect` asks for the
 * limits themselves, `hooks` is for what providers send, `none` for operators' probes only.
 */
export const rateClassDeclared = eachOperation((operation, context, method) => {
  const rateClass = operation["x-rate-class"] ?? "";
  const authenticated = operation.security?.length !== 0;
  const report = (message: string) => context.report({ message: `${operation.operationId}: ${message}` });
  if (!CLASSES.includes(rateClass)) return report(`x-rate-class must be one of ${CLASSES.join(", ")}.`);
  if (authenticated && ["auth", "hooks", "none"].includes(rateClass)) {
    report(`x-rate-class ${rateClass} is only for operations open to everybody; use read, write or generate.`);
  }
  if (!authenticated && ["credential", "inspect"].includes(rateClass)) {
    report(`x-rate-class ${rateClass} is only for authenticated callers; use auth or read.`);
  }
  if (READING.includes(rateClass) !== (method === "get")) report(`x-rate-class ${rateClass} does not fit ${method}.`);
});
