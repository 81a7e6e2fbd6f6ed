/** A finished exchange: `text` is the body when it was read from the response, null when it is still to be streamed. */
export interface Exchange {
  response: Response;
  text: string | null;
}

/** The response with a body that can be read. Made only when it is asked for: it costs as much as all else in here. */
function unread({ response, text }: Exchange): Response {
  if (text === null) return response;
  const { status, statusText, headers } = response;
  return new Response(text === "" ? null : text, { status, statusText, headers });
}

/** What `.withResponse()` gives. */
export interface WithResponse<T> {
  data: T;
  response: Response;
  /** Quote it to support; it is in the server's logs. */
  requestId: string | null;
}

/**
 * A promise of the parsed answer that can also hand out the raw response. The request is made once, whatever is
 * asked from it and however often.
 */
export class APIPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = "APIPromise";
  readonly #exchange: Promise<Exchange>;
  readonly #parse: (exchange: Exchange) => T;
  #data: Promise<T> | undefined;

  constructor(exchange: Promise<Exchange>, parse: (exchange: Exchange) => T) {
    this.#exchange = exchange;
    this.#parse = parse;
  }

  /** The raw response of a success (an error status throws as usual); its body has not been read. */
  async asResponse(): Promise<Response> {
    return unread(await this.#exchange);
  }

  /** The parsed answer together with the raw response: status, headers and request id. */
  async withResponse(): Promise<WithResponse<T>> {
    const data = await this.#parsed();
    const response = unread(await this.#exchange);
    return { data, response, requestId: response.headers.get("x-request-id") };
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being awaitable is this class's purpose
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#parsed().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#parsed().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#parsed().finally(onFinally);
  }

  #parsed(): Promise<T> {
    this.#data ??= this.#exchange.then(this.#parse);
    return this.#data;
  }
}
