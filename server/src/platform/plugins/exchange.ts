import { Readable } from "node:stream";
import { isBlobSource, type BlobSource, type RawAnswer } from "@musicverse/plugin-kit";
import type { Dispatcher } from "undici";
import { openBody } from "./request-body.ts";

/** `sent` false: certainly nothing reached the other side. `tooLarge`: the answer outgrew its cap. */
export class ExchangeError extends Error {
  readonly sent: boolean;
  readonly tooLarge: boolean;

  constructor(message: string, options: { sent: boolean; tooLarge?: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = "ExchangeError";
    this.sent = options.sent;
    this.tooLarge = options.tooLarge ?? false;
  }
}

/** The file on our side failed, not the connection: it could not be read, or not be kept. */
export class FileError extends Error {
  constructor(message: string, cause: unknown) {
    super(`${message}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "FileError";
  }
}

interface ExchangeOptions {
  origin: string;
  path: string;
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  /** A source is sent as it is read, under its exact length. */
  body: string | Uint8Array | BlobSource | null;
  /** For the whole exchange; where a file is streamed, for the head of the answer once the request is sent. */
  timeoutMs: number;
  /** Where a file is streamed: the longest pause in which no byte moves. */
  stallMs?: number;
  maxBytes: number;
  signal: AbortSignal;
  /** Streams the answer elsewhere, which must take all of it; null: this answer is collected. */
  keep?: Keep;
}

export interface Keep {
  /** Statuses of the answers that are kept. */
  statuses: readonly number[];
  maxBytes: number;
  store(answer: Readable, headers: Readonly<Record<string, string>>): Promise<unknown>;
}

/**
 * One request and its whole answer. Rejects with ExchangeError, FileError, or the signal's reason. Redirects are not
 * followed and nothing is unpacked. Each exchange has its own connection: a kept one may be closing just as the request is
 * written, and then nobody knows whether a paid call arrived.
 */
export function exchange(dispatcher: Dispatcher, options: ExchangeOptions): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { signal, timeoutMs, stallMs = timeoutMs, maxBytes, keep } = options;
    if (signal.aborted) return reject(signal.reason);
    let collected: Collector = createCollector(0);
    let kept: Inbound | null = null;
    let sent = false;
    let status = 0;
    let headers: Record<string, string> = {};
    let controller: Dispatcher.DispatchController | null = null;
    let settled = false;

    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      outbound?.stream.destroy();
      finish();
    };
    const stop = (error: unknown): void => {
      settle(() => reject(error));
      const cause = error instanceof Error ? error : new Error("stopped");
      controller?.abort(cause);
      kept?.answer.destroy(cause);
    };
    const onAbort = (): void => stop(signal.reason);
    const within = (ms: number, missing: string): NodeJS.Timeout =>
      setTimeout(() => stop(new ExchangeError(`${missing} within ${ms} ms`, { sent })), ms);
    const wait = (ms: number, missing: string): void => {
      clearTimeout(timer);
      if (!settled) timer = within(ms, missing);
    };
    const pauseOver = (): void => wait(stallMs, "no byte moved");

    const { origin, path, method } = options;
    const outbound = isBlobSource(options.body)
      ? openBody(options.body, { moved: pauseOver, ended: () => wait(timeoutMs, "no answer") })
      : null;
    const body = outbound?.stream ?? (options.body as string | Uint8Array | null);
    const streams = outbound !== null || keep !== undefined;
    let timer = outbound ? within(stallMs, "no byte moved") : within(timeoutMs, "no full answer");
    signal.addEventListener("abort", onAbort);

    const answer = (bytes: Uint8Array): RawAnswer => ({ status, headers, bytes, sent: outbound?.sent() ?? null });
    const failed = (error: Error): Error => {
      const cause = outbound?.failure();
      if (cause)
        return cause instanceof TypeError ? cause : new FileError("the file to be sent could not be read", cause);
      return new ExchangeError(error.message || error.name, { sent, cause: error });
    };
    const tooLarge = (bytes: number): ExchangeError =>
      new ExchangeError(`the answer has more than ${bytes} bytes`, { sent, tooLarge: true });

    dispatcher.dispatch(
      {
        origin,
        path,
        method,
        headers: outbound ? { ...options.headers, "content-length": String(outbound.size) } : options.headers,
        body,
        reset: true,
        // Of what streams, the timer above judges: undici counts from the first byte sent.
        headersTimeout: streams ? 0 : timeoutMs,
        bodyTimeout: streams ? 0 : timeoutMs,
      },
      {
        onRequestStart(started) {
          controller = started;
          if (settled) started.abort(new Error("stopped"));
          else sent = true;
        },
        onResponseStart(active, statusCode, fields) {
          if (statusCode < 200 || settled) return;
          status = statusCode;
          headers = joined(fields);
          if (streams) pauseOver();
          const announced = Number(headers["content-length"] ?? 0);
          if (!keep?.statuses.includes(status)) {
            collected = createCollector(announced <= maxBytes ? announced : 0);
            return;
          }
          if (announced > keep.maxBytes) return stop(tooLarge(keep.maxBytes));
          kept = inbound(active, (source) => keep.store(source, headers));
          kept.stored.then(
            () => settle(() => resolve(answer(new Uint8Array(0)))),
            (error: unknown) => stop(new FileError("the answer could not be kept", error)),
          );
        },
        onResponseData(_controller, chunk) {
          if (streams) pauseOver();
          if (kept) {
            kept.bytes += chunk.length;
            if (keep && kept.bytes > keep.maxBytes) stop(tooLarge(keep.maxBytes));
            else kept.push(chunk);
          } else if (collected.size + chunk.length > maxBytes) stop(tooLarge(maxBytes));
          else collected.add(chunk);
        },
        onResponseEnd() {
          if (kept) kept.answer.push(null);
          else settle(() => resolve(answer(collected.bytes())));
        },
        onResponseError: (_controller, error) => stop(failed(error)),
      },
    );
  });
}

interface Inbound {
  readonly answer: Readable;
  readonly stored: Promise<unknown>;
  bytes: number;
  push(chunk: Uint8Array): void;
}

/** The answer as a stream that the provider may fill only as fast as it is read. */
function inbound(controller: Dispatcher.DispatchController, store: (answer: Readable) => Promise<unknown>): Inbound {
  const answer = new Readable({ read: () => controller.resume(), highWaterMark: 256 * 1024 });
  // Whoever stores it learns of an error from reading; without a reader it must not end the process.
  answer.on("error", () => {});
  const push = (chunk: Uint8Array): void => {
    if (!answer.push(chunk)) controller.pause();
  };
  return { answer, stored: store(answer), bytes: 0, push };
}

interface Collector {
  readonly size: number;
  /** Copies: the parser uses its buffer again. */
  add(chunk: Uint8Array): void;
  bytes(): Uint8Array;
}

/** A song has megabytes: of an answer that says its length each byte is copied once, and memory is taken once. */
function createCollector(announced: number): Collector {
  const whole = announced > 0 ? Buffer.allocUnsafeSlow(announced) : null;
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(chunk) {
      if (whole) whole.set(chunk, size);
      else chunks.push(Buffer.from(chunk));
      size += chunk.length;
    },
    bytes: () => whole?.subarray(0, size) ?? Buffer.concat(chunks),
  };
}

function joined(fields: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
