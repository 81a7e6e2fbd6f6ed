import type { RequestHandler } from "express";
import { knownFieldsLog, type Logger } from "../log/index.ts";
import type { Clock } from "../clock/index.ts";
import type { HttpMetrics } from "../metrics/index.ts";
import { finishedRequest, type FinishedRequest } from "./finished-request.ts";

export type { FinishedRequest } from "./finished-request.ts";

export interface AccessLogOptions {
  log: Logger;
  metrics: HttpMetrics;
  clock: Clock;
  /** Told of every finished request, whatever became of it; null: nobody wants to know. */
  onFinished: ((request: FinishedRequest) => void) | null;
}

/** One log line and one observation per finished request, written from the response's own end: no wrapper per request. */
export function accessLog({ log, metrics, clock, onFinished }: AccessLogOptions): RequestHandler {
  const lines = knownFieldsLog(log);
  return (request, response, next) => {
    response.once("close", () => {
      const { requestId, startedAt, principal, problemCode } = request.context;
      const operation = request.context.operationId ?? request.context.routeName;
      const durationMs = performance.now() - startedAt;
      const aborted = !response.writableFinished;
      metrics.observeRequest(operation ?? "unknown", request.method, response.statusCode, durationMs / 1000);
      onFinished?.(finishedRequest(request, response, durationMs, clock.now().getTime()));
      lines.info(
        {
          request_id: requestId,
          operation,
          status: response.statusCode,
          duration_ms: Math.round(durationMs * 100) / 100,
          account_id: principal?.accountId,
          key_id: principal?.keyId ?? undefined,
          problem: problemCode ?? undefined,
          aborted: aborted || undefined,
        },
        "request",
      );
    });
    next();
  };
}
