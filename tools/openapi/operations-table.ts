/** `x-deprecation` of a deprecated operation: dates as YYYY-MM-DD, the page that explains it, what to call instead. */
interface Deprecation {
  date: string;
  sunset: string;
  link: string;
  replacement: string | null;
}

interface SecurityRequirement {
  apiKey?: string[];
  oauth?: string[];
  session?: string[];
}

export interface ContractOperation {
  operationId: string;
  tags: string[];
  security?: SecurityRequirement[];
  requestBody?: { content?: Record<string, unknown> };
  responses: Record<string, unknown>;
  "x-rate-class": string;
  "x-idempotent"?: boolean;
  "x-paginated"?: boolean;
  "x-raw-body"?: boolean;
  deprecated?: boolean;
  "x-deprecation"?: Deprecation;
}

export interface Contract {
  paths: Record<string, Record<string, ContractOperation>>;
  security: SecurityRequirement[];
}

/** operationId → where the operation is, who may call it and how it is treated: what the server obeys. */
export function operationsTable(document: Contract) {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, operation]) => [operation.operationId, describe(method, path, operation, document)] as const,
    ),
  );
  return Object.fromEntries(operations);
}

function describe(method: string, path: string, operation: ContractOperation, document: Contract) {
  const security = operation.security ?? document.security;
  return {
    method,
    path,
    tag: operation.tags[0],
    security: {
      apiKey: security.find((scheme) => scheme.apiKey)?.apiKey ?? null,
      oauth: security.some((scheme) => scheme.oauth),
      session: security.some((scheme) => scheme.session),
      public: security.length === 0,
    },
    rateClass: operation["x-rate-class"],
    idempotent: operation["x-idempotent"] === true,
    paginated: operation["x-paginated"] === true,
    rawBody: operation["x-raw-body"] === true,
    requestContentTypes: Object.keys(operation.requestBody?.content ?? {}),
    successStatus: Math.min(
      ...Object.keys(operation.responses)
        .filter((code) => code.startsWith("2"))
        .map(Number),
    ),
    deprecation: (operation.deprecated === true && operation["x-deprecation"]) || null,
  };
}
