import type { RawAnswer } from "@musicverse/plugin-kit";
import type { Dispatcher } from "undici";

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

interface ExchangeOptions {
  origin: string;
  path: string;
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body: string | Uint8Array | null;
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
}

/**
 * One request and its whole answer. Rejects with ExchangeError, or with the signal's reason. Redirects are not followed
 * and nothing is unpacked. Each exchange has its own connection: a kept one may be closing just as the request is
 * written, and then nobody knows whether a paid call arrived.
 */
export function exchange(dispatcher: Dispatcher, options: ExchangeOptions): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { signal, timeoutMs, maxBytes } = options;
    if (signal.aborted) return reject(signal.reason);
    const chunks: Buffer[] = [];
    let size = 0;
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
      finish();
    };
    const stop = (error: unknown): void => {
      settle(() => reject(error));
      controller?.abort(error instanceof Error ? error : new Error("stopped"));
    };
    const onAbort = (): void => stop(signal.reason);
    const timer = setTimeout(
      () => stop(new ExchangeError(`no full answer within ${timeoutMs} ms`, { sent })),
      timeoutMs,
    );
    signal.addEventListener("abort", onAbort);

    const { origin, path, method, body } = options;
    dispatcher.dispatch(
      {
        origin,
        path,
        method,
        headers: options.headers,
        body,
        reset: true,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      },
      {
        onRequestStart(started) {
          controller = started;
          if (settled) started.abort(new Error("stopped"));
          else sent = true;
        },
        onResponseStart(_controller, statusCode, fields) {
          status = statusCode;
          headers = joined(fields);
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (size > maxBytes)
            stop(new ExchangeError(`the answer has more than ${maxBytes} bytes`, { sent, tooLarge: true }));
          else chunks.push(Buffer.from(chunk)); // A copy: the parser uses its buffer again.
        },
        onResponseEnd: () => settle(() => resolve({ status, headers, bytes: Buffer.concat(chunks) })),
        onResponseError: (_controller, error) =>
          settle(() => reject(new ExchangeError(error.message || error.name, { sent, cause: error }))),
      },
    );
  });
}

function joined(fields: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
