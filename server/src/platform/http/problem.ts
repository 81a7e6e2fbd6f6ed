import { errorCatalogue, type ErrorCode } from "../../generated/errors.ts";

/** One thing wrong with one part of a request. `path` is a JSON pointer that starts with body, query, path or header. */
export interface FieldProblem {
  path: string;
  code: string;
  message: string;
}

export interface ProblemOptions {
  /** Public text for this occurrence: what was wrong, where, what to do. Default: the catalogue's description. */
  detail?: string;
  errors?: FieldProblem[];
  headers?: Record<string, string>;
  /** Further public members of the problem document (RFC 9457 §3.2). */
  extensions?: Record<string, unknown>;
  /** Internal reason: logged, never sent. */
  cause?: unknown;
}

/** An expected failure from the closed list in `openapi/errors.yaml`. Anything else that is thrown is a bug (500). */
export class ProblemError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly options: ProblemOptions;

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    super(options.detail ?? errorCatalogue[code].description, { cause: options.cause });
    this.name = "ProblemError";
    this.code = code;
    this.status = errorCatalogue[code].status;
    this.options = options;
  }
}

/** A 400 that names one field: `invalidField("/body/url", "scheme_not_allowed", "…")`. */
export function invalidField(path: string, code: string, message: string): ProblemError {
  return new ProblemError("validation_failed", { errors: [{ path, code, message }] });
}

/** The RFC 9457 document of a problem; `type` is the page that explains the code. */
export function problemDocument(error: ProblemError, requestId: string): Record<string, unknown> {
  const { title, status } = errorCatalogue[error.code];
  return {
    type: `https://musicverse.dev/errors/${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    ...(error.options.errors && { errors: error.options.errors }),
    ...error.options.extensions,
  };
}
