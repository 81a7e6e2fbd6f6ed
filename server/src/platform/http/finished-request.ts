import type { Socket } from "node:net";
import type { Request, Response } from "express";
import { operations, type OperationId } from "../../generated/operations.ts";
import type { Principal } from "./context.ts";

/** What a request was and what became of it, told when its answer is out or its caller gone. */
export interface FinishedRequest {
  requestId: string;
  principal: Principal | null;
  /** operationId, the name of a page, or null when nothing has its path. */
  operation: string | null;
  method: string;
  /** 499 when the caller left before the answer began. */
  status: number;
  /** Code of the problem that it was answered with. */
  problem: string | null;
  /** Product and version of the client, as `musicverse-js/1.2.0`. */
  agent: string | null;
  /** The operation is deprecated. */
  deprecated: boolean;
  /** Answered from an earlier request with the same Idempotency-Key. */
  replayed: boolean;
  /** ms since 1970. */
  endedAt: number;
  latencyUs: number;
  /** On the wire since the request before it on the same connection: with head and, where there is one, body. */
  bytesIn: number;
  bytesOut: number;
}

export function finishedRequest(
  request: Request,
  response: Response,
  durationMs: number,
  endedAt: number,
): FinishedRequest {
  const { requestId, operationId, routeName, principal, problemCode } = request.context;
  const moved = bytesMoved(request.socket);
  return {
    requestId,
    principal,
    operation: operationId ?? routeName,
    method: METHODS.has(request.method) ? request.method : "OTHER",
    status: response.headersSent ? response.statusCode : 499,
    problem: problemCode,
    agent: productOf(request.headers["user-agent"]),
    deprecated: operationId !== null && deprecated.has(operationId),
    replayed: operationId !== null && operations[operationId].idempotent && response.hasHeader("Idempotency-Replayed"),
    endedAt,
    latencyUs: Math.round(durationMs * 1000),
    bytesIn: moved.in,
    bytesOut: moved.out,
  };
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

const deprecated: ReadonlySet<OperationId> = new Set(
  (Object.keys(operations) as OperationId[]).filter((id) => (operations[id] as { deprecation?: unknown }).deprecation),
);

/** What requests before have counted of a connection: kept on it, for every request asks. */
const counted = Symbol("bytes counted");

interface CountedSocket extends Socket {
  [counted]?: { in: number; out: number };
}

/** Bytes of a connection that no request before has counted. */
function bytesMoved(socket: CountedSocket): { in: number; out: number } {
  const { bytesRead, bytesWritten } = socket;
  const before = (socket[counted] ??= { in: 0, out: 0 });
  const moved = { in: bytesRead - before.in, out: bytesWritten - before.out };
  before.in = bytesRead;
  before.out = bytesWritten;
  return moved;
}

const PRODUCT = /^[A-Za-z][\w.-]{0,39}(?:\/[\w.+-]{1,20})?/;
const products = new Map<string, string | null>();
const PRODUCTS_MAX = 1_000;

/** The first product of a User-Agent; the rest tells more about a person's device than a count needs. */
function productOf(userAgent: string | undefined): string | null {
  if (userAgent === undefined) return null;
  const known = products.get(userAgent);
  if (known !== undefined) return known;
  const product = PRODUCT.exec(userAgent)?.[0] ?? null;
  if (products.size < PRODUCTS_MAX) products.set(userAgent, product);
  return product;
}
