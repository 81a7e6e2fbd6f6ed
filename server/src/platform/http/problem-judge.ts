import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { operations, type OperationId } from "../../generated/operations.ts";
import { openApiDocument } from "./validate.ts";

/**
 * Judges problem documents, which the reference library does not look at: the operation declares the status, and the
 * document fits the schema. Throws what is wrong. Tests and development only, like the reference.
 */
export function createProblemJudge(): (operationId: OperationId | null, problem: { status?: unknown }) => void {
  const ajv = formats.default(
    new Ajv2020({ strict: false, allErrors: true, validateSchema: false, addUsedSchema: false }),
  );
  const fits = ajv.addSchema(openApiDocument, "openapi").compile({ $ref: "openapi#/components/schemas/Problem" });
  return (operationId, problem) => {
    if (!fits(problem))
      throw new Error(
        `problem document outside the spec: ${ajv.errorsText(fits.errors)} in ${JSON.stringify(problem)}`,
      );
    if (operationId === null) return;
    const { path, method } = operations[operationId];
    const declared = openApiDocument.paths[path]?.[method] as unknown as
      | { responses: Record<string, unknown> }
      | undefined;
    if (!declared?.responses[String(problem.status)])
      throw new Error(
        `${operationId} does not declare ${String(problem.status)}, and answered ${JSON.stringify(problem)}`,
      );
  };
}
