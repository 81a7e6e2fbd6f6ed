import type { Context, Operation, Response, Schema } from "../redocly.ts";
import { eachOperation, fileOf, follow, has, parametersOf } from "../redocly.ts";

/** x-paginated, limit and cursor, and an answer with has_more and next_cursor come together or not at all. */
export const paginationDeclared = eachOperation((operation, context) => {
  const parameters = parametersOf(operation, context);
  const signs = {
    "x-paginated": operation["x-paginated"] === true,
    "the parameter limit": has(parameters, "query", "limit"),
    "the parameter cursor": has(parameters, "query", "cursor"),
    "a list with has_more and next_cursor as answer": answersWithPage(operation, context),
  };
  const missing = Object.entries(signs).filter(([, there]) => !there);
  if (missing.length > 0 && missing.length < Object.keys(signs).length) {
    const names = missing.map(([name]) => name).join(", ");
    context.report({ message: `${operation.operationId} is only partly paginated; it lacks ${names}.` });
  }
});

function answersWithPage(operation: Operation, context: Context): boolean {
  const response = follow<Response>(context, operation.responses?.["200"], fileOf(context));
  const schema = response?.node.content?.["application/json"]?.schema;
  const fields = response && follow<Schema>(context, schema, response.file)?.node.properties;
  return Boolean(fields && "has_more" in fields && "next_cursor" in fields);
}
