import type { Context, Deprecated, Operation } from "../redocly.ts";

/**
 * `deprecated: true` and x-deprecation come together, on operations, parameters and fields: since when (`date`), until when
 * (`sunset`, not before it), where to read about it (`link`), and what to use instead (`replacement`, null for nothing). The
 * server announces those of operations in its answers, the SDKs those of everything in their types.
 */
export const deprecationDeclared = () => ({
  Operation: (operation: Operation, context: Context) =>
    check(operation, context, operation.operationId ?? "An operation"),
  Parameter: (parameter: Deprecated & { name: string }, context: Context) =>
    check(parameter, context, `The parameter ${parameter.name}`),
  Schema: (schema: Deprecated, context: Context) => check(schema, context, `The field ${context.key}`),
});

function check(node: Deprecated, context: Context, name: string): void {
  const problem = problemOf(node);
  if (problem) context.report({ message: `${name}: ${problem}` });
}

function problemOf({ deprecated, "x-deprecation": announced }: Deprecated): string | null {
  if (deprecated !== true)
    return announced === undefined ? null : "x-deprecation is only for what has deprecated: true.";
  if (announced === undefined) return "what is deprecated needs x-deprecation with date, sunset, link and replacement.";
  const { date, sunset, link, replacement } = announced;
  if (!isDay(date) || !isDay(sunset)) return 'x-deprecation needs date and sunset as "YYYY-MM-DD".';
  if (sunset < date) return `x-deprecation has a sunset (${sunset}) before its date (${date}).`;
  if (typeof link !== "string" || !/^https:\/\/[^\s<>"]+$/.test(link)) return "x-deprecation needs link, an https URL.";
  if (replacement !== null && (typeof replacement !== "string" || replacement === ""))
    return "x-deprecation needs replacement, a name or null.";
  return null;
}

function isDay(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
}
