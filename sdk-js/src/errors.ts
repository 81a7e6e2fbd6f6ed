import type { FieldProblem, Problem } from "./generated/types.ts";
import { retryAfterMs } from "./transport/retry-after.ts";

/** Body of an error answer as it arrived: RFC 9457 `application/problem+json`, of which anything may be missing. */
export type ProblemDetails = Partial<Problem> & { [member: string]: unknown };

/** Every error that this package throws on purpose, except a caller's own abort reason. */
export class MusicVerseError extends Error {
  override name = "MusicVerseError";
}

/** No answer: name resolution, connection, TLS, or the connection broke before the answer was complete. */
export class APIConnectionError extends MusicVerseError {
  override name = "APIConnectionError";
}

/** A time limit passed (`timeoutMs`). The request may have reached the server. */
export class APITimeoutError extends APIConnectionError {
  override name = "APITimeoutError";
}

/** What an {@link APIError} is made from. */
export interface APIErrorInit {
  message: string;
  status: number;
  headers: Headers;
  problem: ProblemDetails;
}

/** The server answered with an error status (or, rarely, with something that is no MusicVerse answer). */
export class APIError extends MusicVerseError {
  override name = "APIError";
  /** HTTP status. */
  readonly status: number;
  /** Stable code such as `not_found`, see `ErrorCode`; null when the answer did not come from MusicVerse itself. */
  readonly code: Problem["code"] | null;
  /** Quote it to support; it is in the server's logs. */
  readonly requestId: string | null;
  readonly problem: ProblemDetails;
  /** Rejected fields, empty unless `code` is `validation_failed`. */
  readonly errors: readonly FieldProblem[];
  readonly headers: Headers;

  constructor(init: APIErrorInit) {
    super(init.message);
    this.status = init.status;
    this.headers = init.headers;
    this.problem = init.problem;
    this.code = init.problem.code ?? null;
    this.requestId = init.problem.request_id ?? init.headers.get("x-request-id");
    this.errors = Array.isArray(init.problem.errors) ? init.problem.errors : [];
  }

  /** How long the server asks to wait before the next try, in milliseconds; null when it does not say. */
  get retryAfterMs(): number | null {
    return retryAfterMs(this.headers, Date.now());
  }
}

/** 400 */
export class BadRequestError extends APIError {
  override name = "BadRequestError";
}
/** 401: no valid API key or session. */
export class AuthenticationError extends APIError {
  override name = "AuthenticationError";
}
/** 403: the key lacks a scope, or the operation needs a session. */
export class PermissionDeniedError extends APIError {
  override name = "PermissionDeniedError";
}
/** 404: it does not exist, or belongs to another account. */
export class NotFoundError extends APIError {
  override name = "NotFoundError";
}
/** 409 */
export class ConflictError extends APIError {
  override name = "ConflictError";
}
/** 412: the object is not as `If-Match` says any more. */
export class PreconditionFailedError extends APIError {
  override name = "PreconditionFailedError";
}
/** 413: the body is larger than the operation accepts. */
export class ContentTooLargeError extends APIError {
  override name = "ContentTooLargeError";
}
/** 415: the operation does not read this media type. */
export class UnsupportedMediaTypeError extends APIError {
  override name = "UnsupportedMediaTypeError";
}
/** 416: the range lies outside of the file. */
export class RangeNotSatisfiableError extends APIError {
  override name = "RangeNotSatisfiableError";
}
/** 422: for example an idempotency key that was used with another body. */
export class UnprocessableEntityError extends APIError {
  override name = "UnprocessableEntityError";
}
/** 429: see `retryAfterMs`. */
export class RateLimitError extends APIError {
  override name = "RateLimitError";
}
/** 5xx */
export class InternalServerError extends APIError {
  override name = "InternalServerError";
}

const classByStatus: Readonly<Record<number, typeof APIError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  412: PreconditionFailedError,
  413: ContentTooLargeError,
  415: UnsupportedMediaTypeError,
  416: RangeNotSatisfiableError,
  422: UnprocessableEntityError,
  429: RateLimitError,
};

/** Turns an error answer into the error class of its status. `target` is what the message names: `GET /v1/tracks`. */
export function errorFromAnswer(target: string, response: Response, text: string): APIError {
  const problem = parseProblem(text);
  const Class = classByStatus[response.status] ?? (response.status >= 500 ? InternalServerError : APIError);
  return new Class({
    message: describe(target, response, problem),
    status: response.status,
    headers: response.headers,
    problem,
  });
}

function parseProblem(text: string): ProblemDetails {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? (parsed as ProblemDetails) : {};
  } catch {
    return {};
  }
}

function describe(target: string, response: Response, problem: ProblemDetails): string {
  const requestId = problem.request_id ?? response.headers.get("x-request-id");
  const what = problem.detail ?? problem.title ?? explainWithoutProblem(response);
  const fields = Array.isArray(problem.errors) ? problem.errors : [];
  return [
    `${response.status}${problem.code ? ` ${problem.code}` : ""}: ${what}`,
    ...fields.map((field) => `  ${field.path}: ${field.message}`),
    `  (${target}${requestId ? `, request ${requestId}` : ""})`,
  ].join("\n");
}

function explainWithoutProblem({ type, headers, statusText }: Response): string {
  const location = headers.get("location");
  if (location === null && type !== "opaqueredirect") return statusText || "no further explanation in the answer";
  return `a redirect${location ? ` to ${location}` : ""}, which is not followed; set baseUrl to where the API is`;
}
