import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request, RequestHandler, Response } from "express";
import type { operations as Spec } from "../../generated/openapi.types.ts";
import { operations, type OperationId } from "../../generated/operations.ts";
import type { Clock } from "../clock/index.ts";
import type { KeyRing } from "../crypto/index.ts";
import { againAfterDeadlock, type Database, type SystemTx, type TenantTx, type Tx } from "../db/index.ts";
import type { Authenticator } from "./authenticate.ts";
import { operationOf, type Principal } from "./context.ts";
import { createCredentialWatch } from "./credential-watch.ts";
import { fingerprint, idempotently, recordKey } from "./idempotency.ts";
import type { AnyResult } from "./result.ts";

type SuccessStatus = 200 | 201 | 202 | 204 | 206 | 304;
type ContentOf<R> = R extends { content: infer C } ? C : never;
type BodyOf<R> = [ContentOf<R>] extends [never]
  ? { body?: undefined; stream?: undefined }
  : ContentOf<R> extends { "application/json": infer B }
    ?
        | { body: B; stream?: undefined }
        | ("text/csv" extends keyof ContentOf<R> ? { stream: Readable; body?: undefined } : never)
    : { stream: Readable | AsyncIterable<string | Uint8Array>; body?: undefined };

/** What an operation may answer when all went well, one member per 2xx of the spec, and its 304. */
export type OperationResult<K extends OperationId> = {
  [S in keyof Spec[K]["responses"] & SuccessStatus]: { status: S; headers?: Record<string, string> } & BodyOf<
    Spec[K]["responses"][S]
  >;
}[keyof Spec[K]["responses"] & SuccessStatus];

type Defined<T> = [NonNullable<T>] extends [never] ? Record<string, never> : NonNullable<T>;
type BodyOfRequest<K extends OperationId> = (typeof operations)[K]["rawBody"] extends true ? Uint8Array : JsonBodyOf<K>;
type JsonBodyOf<K extends OperationId> = Spec[K] extends { requestBody: { content: { "application/json": infer B } } }
  ? B
  : Spec[K] extends { requestBody?: { content: { "application/json": infer B } } }
    ? B | undefined
    : undefined;
type IsPublic<K extends OperationId> = (typeof operations)[K]["security"]["public"];

/** A checked request, typed by the spec. */
export interface OperationRequest<K extends OperationId> {
  principal: IsPublic<K> extends true ? null : Principal;
  path: Defined<Spec[K]["parameters"]["path"]>;
  query: Defined<Spec[K]["parameters"]["query"]>;
  headers: Request["headers"];
  body: BodyOfRequest<K>;
  requestId: string;
  ip: string;
  /** Aborts when the caller goes away. */
  signal: AbortSignal;
  /** The incoming stream, for operations that read their body themselves (multipart). */
  raw: Request;
  /**
   * Runs the operation's effect in ONE tenant transaction. With an `Idempotency-Key`, the stored answer is replayed, or
   * the record is written in that same transaction. `options.fingerprint` replaces the body's one for streamed bodies.
   */
  write(
    effect: (tx: TenantTx) => Promise<OperationResult<K>>,
    options?: { fingerprint?: string },
  ): Promise<OperationResult<K>>;
  /** The same for an effect on what is not the caller's own: in ONE transaction as the system, with the record of the caller's key. */
  writeAsSystem(reason: string, effect: (tx: SystemTx) => Promise<OperationResult<K>>): Promise<OperationResult<K>>;
}

export type Handler<K extends OperationId> = (request: OperationRequest<K>) => Promise<OperationResult<K>>;
/** One handler per operation of the spec: a missing one does not compile. */
export type Handlers = { [K in OperationId]: Handler<K> };

export function ok<B>(body: B, headers?: Record<string, string>) {
  return { status: 200 as const, body, ...(headers && { headers }) };
}
export function created<B>(body: B, headers?: Record<string, string>) {
  return { status: 201 as const, body, ...(headers && { headers }) };
}
export function accepted<B>(body: B, headers?: Record<string, string>) {
  return { status: 202 as const, body, ...(headers && { headers }) };
}
export function noContent() {
  return { status: 204 as const };
}

interface OperationDeps {
  /** Of every operation that `route` lets through. */
  handlers: Partial<Handlers>;
  db: Database;
  keyRing: KeyRing;
  authenticator: Authenticator;
  clock: Clock;
}

/** The last step: calls the operation's handler and sends what it returns. */
export function runOperation(deps: OperationDeps): RequestHandler {
  const credentials = createCredentialWatch(deps.authenticator);
  return async (request, response) => {
    const operationId = operationOf(request);
    const { context } = request;
    const handler = deps.handlers[operationId] as unknown as Handler<"getTrack">;
    const result = await handler({
      principal: context.principal as Principal, // public operations are typed to expect null
      path: context.input.path as { track_id: string },
      query: context.input.query as never,
      headers: request.headers,
      body: context.input.body,
      requestId: context.requestId,
      ip: request.ip ?? "unknown",
      get signal() {
        return goneSignal(response);
      },
      raw: request,
      ...(writers(deps, request, operationId) as { write: never; writeAsSystem: never }),
    });
    if (!result.stream || !context.principal) return send(response, result);
    const { signal, over } = credentials.watch(request);
    await send(response, result, signal).finally(over);
  };
}

/** Made only for operations that ask for it: making and aborting one costs more than all else in this step. */
function goneSignal(response: Response): AbortSignal {
  const abort = new AbortController();
  if (response.closed) abort.abort();
  else response.once("close", () => abort.abort());
  return abort.signal;
}

type Effect<T extends Tx> = (tx: T) => Promise<AnyResult>;

function writers(deps: OperationDeps, request: Request, operationId: OperationId) {
  return {
    write: async (effect: Effect<TenantTx>, options?: { fingerprint?: string }): Promise<AnyResult> =>
      againAfterDeadlock(() =>
        deps.db.withTenant(
          callerOf(request, operationId).accountId,
          once(deps, request, operationId, effect, options?.fingerprint),
        ),
      ),
    writeAsSystem: async (reason: string, effect: Effect<SystemTx>): Promise<AnyResult> =>
      againAfterDeadlock(() => deps.db.asSystem(reason, once(deps, request, operationId, effect))),
  };
}

function callerOf({ context: { principal } }: Request, operationId: OperationId): Principal {
  if (!principal) throw new Error(`${operationId} is public: it has no tenant to write for`);
  return principal;
}

function once<T extends Tx>(
  { keyRing, clock }: OperationDeps,
  request: Request,
  operationId: OperationId,
  effect: Effect<T>,
  streamed?: string,
): Effect<T> {
  const key = request.headers["idempotency-key"];
  if (!operations[operationId].idempotent || typeof key !== "string") return effect;
  const { path, query, body } = request.context.input;
  const caller = callerOf(request, operationId);
  const asked = fingerprint(operationId, { path, query, body: streamed ?? body });
  const call = { accountId: caller.accountId, key: recordKey(caller, key), operationId, fingerprint: asked };
  return (tx) => idempotently(tx, keyRing, call, clock.now(), () => effect(tx));
}

/** `signal` cuts an answer that lasts. */
async function send(
  response: Response,
  { status, headers, body, stream }: AnyResult,
  signal?: AbortSignal,
): Promise<void> {
  response.status(status);
  for (const name in headers) response.setHeader(name, headers[name] as string);
  if (stream) {
    const source = stream instanceof Readable ? stream : Readable.from(stream);
    response.flushHeaders();
    // A pipeline to a caller who has gone already is refused, and would leave the source open.
    if (response.req.method === "HEAD" || response.destroyed) {
      source.destroy();
      return void response.end();
    }
    await pipeline(source, response, { ...(signal && { signal }) }).catch((error: NodeJS.ErrnoException) => {
      // The caller hung up in mid-stream, or lost its right to it: nobody is left to tell, and nothing is wrong on our side.
      if (error.code !== "ERR_STREAM_PREMATURE_CLOSE" && error.name !== "AbortError") throw error;
    });
    return;
  }
  if (body === undefined) response.end();
  else response.json(body);
}
