import { eachOperation, parametersOf } from "../redocly.ts";

/** Query and path parameters are snake_case, like all fields. (Headers have their own custom.) */
export const parameterNames = eachOperation((operation, context) => {
  for (const { name, in: place } of parametersOf(operation, context)) {
    if (place === "header" || /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) continue;
    const message = `${operation.operationId}: the ${place} parameter ${name} must be snake_case.`;
    context.report({ message, location: context.location.child("parameters") });
  }
});
