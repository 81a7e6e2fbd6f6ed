import type { Dispatcher } from "undici";
import { classifyFailure, EgressError, type EgressErrorCode } from "./errors.ts";

export interface ExchangeLimits {
  /** From the start to the end of the response's head. */
  headMs: number;
  /** From the start to the end of the response's body. */
  totalMs: number;
  /** Reading stops there and the connection is closed; the status still counts. */
  bodyBytesMax: number;
  /** How much of the body is returned. */
  bodyBytesKept: number;
}

export interface ExchangeRequest {
  method: "GET" | "POST";
  /** Path and query. */
  path: string;
  /** name, value, name, value … in lower case. */
  headers: string[];
  body?: Buffer | string;
}

/** What came back. `error` set means the exchange failed, even when a status had arrived already. */
export interface ExchangeResult {
  statusCode: number | null;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  error: EgressErrorCode | null;
  durationMs: number;
}

const nothing = Buffer.alloc(0);

/**
 * One request and its whole response within hard limits. Never rejects. Redirects are not followed, the body is
 * never decompressed, and it is always read to its end or cut off, so that the connection is free again.
 */
export function exchange(pool: Dispatcher, request: ExchangeRequest, limits: ExchangeLimits): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    let kept = 0;
    let received = 0;
    let statusCode: number | null = null;
    let headers: ExchangeResult["headers"] = {};
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;

    const settle = (error: EgressErrorCode | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      const body = chunks.length === 0 ? nothing : Buffer.concat(chunks);
      resolve({ statusCode, headers, body, error, durationMs: performance.now() - startedAt });
    };
    const expire = (): void => {
      settle("timeout");
      controller?.abort(new EgressError("timeout", "The response took too long"));
    };
    let timer = setTimeout(expire, limits.headMs);

    const { method, path, headers: fields, body = null } = request;
    pool.dispatch(
      { method, path, headers: fields, body },
      {
        onRequestStart(started) {
          controller = started;
          // The time ran out while this request waited for a connection: do not send it any more.
          if (settled) started.abort(new EgressError("timeout", "The request waited too long for a connection"));
        },
        onResponseStart(_controller, status, head) {
          if (status < 200) return;
          statusCode = status;
          headers = head;
          clearTimeout(timer);
          timer = setTimeout(expire, Math.max(0, limits.totalMs - (performance.now() - startedAt)));
        },
        onResponseData(active, chunk) {
          received += chunk.length;
          if (kept < limits.bodyBytesKept) {
            const part = chunk.subarray(0, limits.bodyBytesKept - kept);
            kept += part.length;
            // A copy: the parser's buffer is used again, and a slice would keep all of it alive.
            chunks.push(Buffer.from(part));
          }
          if (received > limits.bodyBytesMax) {
            settle(null);
            active.abort(new EgressError("invalid_response", "The response body is too large"));
          }
        },
        onResponseEnd: () => settle(null),
        onResponseError: (_controller, error) => settle(classifyFailure(error)),
      },
    );
  });
}
