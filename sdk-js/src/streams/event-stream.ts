import { APIError, MusicVerseError } from "../errors.ts";
import type { RequestOptions } from "../options.ts";
import { describeFailure } from "../transport/log.ts";
import type { OperationRequest } from "../transport/request.ts";
import { sleep } from "../transport/sleep.ts";
import type { Transport } from "../transport/transport.ts";
import { createEventParser } from "./parse-events.ts";
import type { EventParser } from "./parse-events.ts";

/** Pause before a broken stream is opened again, unless the server asked for another one. */
const RECONNECT_MS = 1_000;
/** The pause doubles with each connection in a row that brought no event, up to this many times. */
const DOUBLINGS_MAX = 5;
/** Connections in a row that brought not one byte before it is given up. */
const FRUITLESS_MAX = 3;
/** Silence after which a connection counts as dead: the server sends a comment every 10 s. */
const SILENCE_MAX_MS = 35_000;

/** One server-sent event. */
export interface StreamEvent<T> {
  /** Its name; names that this version does not know may appear. */
  event: string;
  data: T;
  id: string | null;
}

/**
 * Server-sent events as an async iterable. Each iteration opens its own connection; when that breaks, it is opened
 * again after the last event seen (`Last-Event-ID`), so nothing is missed or doubled. Leaving the loop closes it.
 */
export class EventStream<T> implements AsyncIterable<StreamEvent<T>> {
  readonly #transport: Transport;
  readonly #request: OperationRequest;
  readonly #options: RequestOptions;
  readonly #isLast: (event: StreamEvent<T>) => boolean;

  /** `isLast` tells the event after which the server closes for good; without it only HTTP 204 ends the stream. */
  constructor(
    transport: Transport,
    request: OperationRequest,
    options: RequestOptions = {},
    isLast: (event: StreamEvent<T>) => boolean = () => false,
  ) {
    this.#transport = transport;
    this.#request = request;
    this.#options = { ...options, timeoutMs: options.timeoutMs ?? SILENCE_MAX_MS };
    this.#isLast = isLast;
  }

  /** The same stream, ended after the event that `isLast` accepts. */
  until(isLast: (event: StreamEvent<T>) => boolean): EventStream<T> {
    return new EventStream(this.#transport, this.#request, this.#options, isLast);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent<T>, void, undefined> {
    let lastEventId = this.#request.headers?.["last-event-id"] ?? null;
    let fruitless = 0;
    let eventless = 0;
    for (let connection = 0; ; connection += 1) {
      const parser = createEventParser(lastEventId);
      let failure: unknown = new MusicVerseError("The server closed the stream");
      try {
        const body = await this.#open(lastEventId);
        if (!body) return;
        for await (const event of this.#read(body, parser, () => (fruitless = 0))) {
          eventless = 0;
          yield event;
          if (this.#isLast(event)) return;
        }
      } catch (error) {
        // The caller's abort, or an answer that another try would not change; `send` has made its own retries.
        if (this.#options.signal?.aborted || !(error instanceof MusicVerseError) || error instanceof APIError)
          throw error;
        failure = error;
      }
      lastEventId = parser.lastEventId;
      fruitless += 1;
      if (fruitless > FRUITLESS_MAX) throw failure;
      const delayMs = (parser.retryMs ?? RECONNECT_MS) * 2 ** Math.min(eventless, DOUBLINGS_MAX);
      eventless += 1;
      await this.#pause(delayMs, connection, failure);
    }
  }

  async #open(lastEventId: string | null): Promise<ReadableStream<Uint8Array> | null> {
    const headers = { ...this.#request.headers, "last-event-id": lastEventId || undefined };
    const { response } = await this.#transport.send(
      { ...this.#request, headers },
      this.#options,
      "text/event-stream",
      true,
    );
    if (response.status === 204) return null;
    const type = response.headers.get("content-type") ?? "";
    if (type.startsWith("text/event-stream")) return response.body;
    await response.body?.cancel();
    throw this.#unexpected(`got ${type || "no content type"}`, response.headers);
  }

  #parse(data: string): T {
    try {
      return JSON.parse(data) as T;
    } catch {
      throw this.#unexpected("got an event that is not JSON", new Headers());
    }
  }

  /** Opening the stream again would not help. */
  #unexpected(what: string, headers: Headers): APIError {
    const { method, path } = this.#request;
    return new APIError({
      message: `Expected an event stream from ${method} ${path}, ${what}`,
      status: 200,
      headers,
      problem: {},
    });
  }

  async *#read(
    body: ReadableStream<Uint8Array>,
    parser: EventParser,
    onBytes: () => void,
  ): AsyncGenerator<StreamEvent<T>, void, undefined> {
    const reader = body.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        onBytes();
        for (const raw of parser.push(next.value)) yield { event: raw.event, data: this.#parse(raw.data), id: raw.id };
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  async #pause(delayMs: number, attempt: number, failure: unknown): Promise<void> {
    const { method, path: url } = this.#request;
    const error = describeFailure(failure);
    const message = `${method} ${url} opens again in ${delayMs} ms: ${error}`;
    this.#transport.log(() => ({ level: "warn", event: "reconnect", method, url, attempt, delayMs, error, message }));
    await sleep(delayMs, this.#options.signal);
  }
}
