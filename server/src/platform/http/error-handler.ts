import type { ErrorRequestHandler } from "express";
import type { OperationId } from "../../generated/operations.ts";
import type { Logger } from "../log/index.ts";
import type { RequestContext } from "./context.ts";
import { invalidField, ProblemError, problemDocument } from "./problem.ts";

/**
 * Everything thrown ends here. Expected failures carry their own public text; anything else is a bug: 500 without
 * detail, logged with its cause. Stack traces, SQL and secrets never leave.
 */
export function errorHandler({ log, judge }: { log: Logger; judge: ProblemJudge | null }): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { requestId, operationId } = request.context;
    const problem = judged(error instanceof ProblemError ? error : unexpected(error), request.context, judge);
    request.context.problemCode = problem.code;
    if (problem.status >= 500) {
      log.error(
        { request_id: requestId, operation: operationId, problem: problem.code, err: problem.cause ?? problem },
        "request failed",
      );
    }
    if (response.headersSent) return void response.destroy();
    for (const [name, value] of Object.entries(problem.options.headers ?? {})) response.setHeader(name, value);
    // An unread upload cannot share its connection with the next request.
    if (!request.complete) response.setHeader("Connection", "close");
    response.status(problem.status).type("application/problem+json").json(problemDocument(problem, requestId));
  };
}

type ProblemJudge = (operationId: OperationId | null, document: Record<string, unknown>) => void;

/** A problem outside the spec is a bug of ours and fails as loudly as one. */
function judged(
  problem: ProblemError,
  { requestId, operationId }: RequestContext,
  judge: ProblemJudge | null,
): ProblemError {
  try {
    judge?.(operationId, problemDocument(problem, requestId));
    return problem;
  } catch (cause) {
    return new ProblemError("internal_error", { cause });
  }
}

/** PostgreSQL's text cannot hold the character NUL, which no JSON schema rules out: the sender's mistake, not a bug. */
function unexpected(error: unknown): ProblemError {
  const { code } = error as { code?: unknown };
  if (code === "22021" || code === "22P05") {
    return invalidField("/body", "nul_character", "A text contains the character U+0000. Remove it.");
  }
  return new ProblemError("internal_error", { cause: error });
}
