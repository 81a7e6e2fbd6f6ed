import { readFileSync } from "node:fs";

interface Parameter {
  $ref?: string;
  name: string;
  in: string;
}
interface Contract {
  paths: Record<string, Record<string, { operationId: string; parameters?: Parameter[]; requestBody?: object }>>;
  components: { parameters: Record<string, Parameter> };
}

const contract = JSON.parse(
  readFileSync(new URL("../../../openapi/dist/openapi.json", import.meta.url), "utf8"),
) as Contract;

/** Set by the client and by options of the call. */
const TRANSPORT_HEADERS = ["idempotency-key", "if-match", "if-none-match", "musicverse-mode"];

/** Does the method have a `params` argument between the ids and the options? */
export function takesParams(operationId: string): boolean {
  const operation = Object.values(contract.paths)
    .flatMap((item) => Object.values(item))
    .find((candidate) => candidate.operationId === operationId);
  if (!operation) throw new Error(`the contract has no ${operationId}`);
  const parameters = (operation.parameters ?? []).map(
    (parameter) => contract.components.parameters[parameter.$ref?.split("/").at(-1) ?? ""] ?? parameter,
  );
  return (
    Boolean(operation.requestBody) ||
    parameters.some(
      ({ in: place, name }) =>
        place === "query" || (place === "header" && !TRANSPORT_HEADERS.includes(name.toLowerCase())),
    )
  );
}
