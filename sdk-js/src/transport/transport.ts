import { APIError, errorFromAnswer } from "../errors.ts";
import { checkAmount, resolveOptions } from "../options.ts";
import type { ClientOptions, RequestOptions, ResolvedOptions } from "../options.ts";
import { APIPromise } from "./api-promise.ts";
import type { Exchange } from "./api-promise.ts";
import { BinaryResponse } from "./binary-response.ts";
import { Deadline } from "./deadline.ts";
import { DeprecationNotices } from "./deprecation-notices.ts";
import { guardBody } from "./guard-body.ts";
import { buildHeaders } from "./headers.ts";
import { tell, visibleHeaders } from "./hooks.ts";
import { describeFailure, writeLog } from "./log.ts";
import type { LogEntry } from "./log.ts";
import { prepareForm } from "./multipart.ts";
import type { PreparedBody } from "./multipart.ts";
import { PagePromise } from "./page.ts";
import type { ListBody } from "./page.ts";
import { redact } from "./redact.ts";
import { queryString } from "./request.ts";
import type { OperationRequest } from "./request.ts";
import { isRetryable, retryDelayMs } from "./retry.ts";
import { sleep } from "./sleep.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
const UPLOAD_TIMEOUT_MS = 600_000;

/** What stays the same over all tries of one request. */
interface Prepared {
  url: string;
  /** `GET /v1/tracks`, for messages. */
  target: string;
  method: string;
  headers: Record<string, string>;
  body: PreparedBody | null;
  timeoutMs: number;
  signal: AbortSignal | null;
  /** The body is handed over unread. */
  stream: boolean;
}

/** Makes requests: credentials, time limits, retries, errors. One per client. */
export class Transport {
  readonly #options: ResolvedOptions;
  readonly #deprecations = new DeprecationNotices((notice) => this.log(() => notice));

  constructor(options: ClientOptions) {
    this.#options = resolveOptions(options);
  }

  json<T>(request: OperationRequest, options?: RequestOptions): APIPromise<T> {
    return new APIPromise(this.send(request, options, "application/json"), (done) => parseJson<T>(request, done));
  }

  /** For 204 answers. */
  empty(request: OperationRequest, options?: RequestOptions): APIPromise<void> {
    return new APIPromise(this.send(request, options, "application/json"), () => undefined);
  }

  text(request: OperationRequest, options?: RequestOptions): APIPromise<string> {
    return new APIPromise(this.send(request, options, "text/plain"), (done) => done.text ?? "");
  }

  binary(request: OperationRequest, options?: RequestOptions): APIPromise<BinaryResponse> {
    return new APIPromise(this.send(request, options, "*/*", true), (done) => new BinaryResponse(done.response));
  }

  page<T>(request: OperationRequest, options?: RequestOptions): PagePromise<T> {
    return new PagePromise<T>(
      this.send(request, options, "application/json"),
      (done) => parseList<T>(request, done),
      (cursor) => this.page<T>({ ...request, query: { ...request.query, cursor } }, options),
    );
  }

  log(entry: () => LogEntry): void {
    writeLog(this.#options.log, entry);
  }

  /** Sends a request until it succeeds, fails for good or the tries are used up. */
  async send(
    request: OperationRequest,
    options: RequestOptions = {},
    accept: string,
    stream = false,
  ): Promise<Exchange> {
    const prepared = await this.#prepare(request, options, accept, stream);
    const retriesMax = options.retriesMax ?? this.#options.retriesMax;
    const repeatable = request.method !== "POST" || request.idempotent === true;
    const replayable = prepared.body?.replayable ?? true;
    for (let attempt = 0; ; attempt += 1) {
      const startedAt = Date.now();
      const entry = { method: prepared.method, url: prepared.url.replace(/\?.*/, ""), attempt };
      try {
        return await this.#attempt(prepared, entry, startedAt);
      } catch (error) {
        if (prepared.signal?.aborted) throw error;
        const again = attempt < retriesMax && replayable && isRetryable(error, repeatable);
        const delayMs = again ? retryDelayMs(error, attempt) : null;
        const durationMs = Date.now() - startedAt;
        const failure = describeFailure(error);
        if (delayMs === null) {
          const message = `${prepared.target} failed: ${failure}`;
          this.log(() => ({ ...entry, durationMs, error: failure, level: "error", event: "failure", message }));
          throw error;
        }
        const message = `${prepared.target} again in ${delayMs} ms: ${failure}`;
        this.log(() => ({ ...entry, durationMs, error: failure, level: "warn", event: "retry", delayMs, message }));
        await sleep(delayMs, prepared.signal);
      }
    }
  }

  async #prepare(
    request: OperationRequest,
    options: RequestOptions,
    accept: string,
    stream: boolean,
  ): Promise<Prepared> {
    checkAmount("timeoutMs", options.timeoutMs);
    checkAmount("retriesMax", options.retriesMax);
    const headers = buildHeaders(this.#options, request, options, accept);
    const body = request.form ? await prepareForm(request.form) : jsonBody(request.body);
    if (body?.contentType) headers["content-type"] = body.contentType;
    return {
      url: this.#options.baseUrl + request.path + queryString(request.query),
      target: `${request.method} ${request.path}`,
      method: request.method,
      headers,
      body,
      timeoutMs:
        options.timeoutMs ?? this.#options.timeoutMs ?? (request.form ? UPLOAD_TIMEOUT_MS : DEFAULT_TIMEOUT_MS),
      signal: options.signal ?? null,
      stream,
    };
  }

  async #attempt(
    prepared: Prepared,
    entry: Pick<LogEntry, "method" | "url" | "attempt">,
    startedAt: number,
  ): Promise<Exchange> {
    const { target, signal } = prepared;
    signal?.throwIfAborted();
    const deadline = new Deadline(prepared.timeoutMs, signal);
    let response: Response;
    let text: string | null = null;
    const { onRequest, onResponse } = this.#options;
    tell(onRequest, () => ({ ...entry, url: redact(entry.url), headers: visibleHeaders(prepared.headers) }));
    try {
      response = await this.#options.fetch(prepared.url, requestInit(prepared, deadline.signal));
      // A streamed body takes the deadline with it.
      if (prepared.stream && response.ok) response = guardBody(response, deadline, target);
      else text = await response.text();
    } catch (cause) {
      deadline.clear();
      throw deadline.explain(cause, target);
    }
    if (text !== null) deadline.clear();
    const { status, headers } = response;
    const durationMs = Date.now() - startedAt;
    const requestId = headers.get("x-request-id");
    tell(onResponse, () => ({
      ...entry,
      url: redact(entry.url),
      status,
      headers: visibleHeaders(headers),
      requestId,
      durationMs,
    }));
    this.#deprecations.notice(prepared, response, entry);
    if (!response.ok) throw errorFromAnswer(target, response, text ?? "");
    this.log(() => {
      const message = `${target} ${status} in ${durationMs} ms`;
      return {
        ...entry,
        level: "debug",
        event: "response",
        status,
        durationMs,
        message,
        ...(requestId ? { requestId } : {}),
      };
    });
    return { response, text };
  }
}

function jsonBody(body: unknown): PreparedBody | null {
  if (body === undefined) return null;
  const text = JSON.stringify(body);
  return { create: () => text, contentType: null, replayable: true };
}

function requestInit(prepared: Prepared, signal: AbortSignal): RequestInit {
  // Followed, a redirect would take what was sent to another place, and make a GET of a POST.
  const init: RequestInit & { duplex?: "half" } = {
    method: prepared.method,
    headers: prepared.headers,
    signal,
    redirect: "manual",
  };
  if (prepared.body) init.body = prepared.body.create(signal);
  // Required by fetch for streamed bodies.
  if (init.body instanceof ReadableStream) init.duplex = "half";
  return init;
}

function parseJson<T>(request: OperationRequest, { response, text }: Exchange): T {
  try {
    return JSON.parse(text ?? "") as T;
  } catch {
    throw unexpected("JSON", request, response, response.headers.get("content-type") ?? "no content type");
  }
}

function parseList<T>(request: OperationRequest, exchange: Exchange): ListBody<T> {
  const body = parseJson<ListBody<T> | null>(request, exchange);
  if (Array.isArray(body?.data)) return body;
  throw unexpected("a list", request, exchange.response, "other JSON");
}

/** A success that MusicVerse would not give. */
function unexpected(
  wanted: string,
  { method, path }: OperationRequest,
  { status, headers }: Response,
  got: string,
): APIError {
  const message = `Expected ${wanted} from ${method} ${path}, got ${got} with status ${status}: does baseUrl point at a MusicVerse API?`;
  return new APIError({ message, status, headers, problem: {} });
}
