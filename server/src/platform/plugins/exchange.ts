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
    let collected: Collector = createCollector(0);
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
          const announced = Number(headers["content-length"] ?? 0);
          collected = createCollector(announced <= maxBytes ? announced : 0);
        },
        onResponseData(_controller, chunk) {
          if (collected.size + chunk.length > maxBytes)
            stop(new ExchangeError(`the answer has more than ${maxBytes} bytes`, { sent, tooLarge: true }));
          else collected.add(chunk);
        },
        onResponseEnd: () => settle(() => resolve({ status, headers, bytes: collected.bytes() })),
        onResponseError: (_controller, error) =>
          settle(() => reject(new ExchangeError(error.message || error.name, { sent, cause: error }))),
      },
    );
  });
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
