import { APIPromise } from "./api-promise.ts";
import type { Exchange } from "./api-promise.ts";

/** A list answer as it travels. */
export interface ListBody<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}

type FetchPage<T> = (cursor: string) => PagePromise<T>;

/** One page of a list, newest first. Iterating it walks on through all the following pages. */
export class Page<T> implements AsyncIterable<T> {
  readonly data: T[];
  readonly has_more: boolean;
  /** Give it as `cursor` to continue later, also from another process. */
  readonly next_cursor: string | null;
  readonly #fetchPage: FetchPage<T>;

  constructor(body: ListBody<T>, fetchPage: FetchPage<T>) {
    this.data = body.data;
    this.has_more = body.has_more;
    this.next_cursor = body.next_cursor;
    this.#fetchPage = fetchPage;
  }

  hasNextPage(): boolean {
    return this.next_cursor !== null && this.next_cursor !== undefined && this.has_more;
  }

  /** Fetches the following page; throws when there is none, see {@link hasNextPage}. */
  getNextPage(): PagePromise<T> {
    if (!this.next_cursor || !this.hasNextPage())
      throw new RangeError("This was the last page; ask hasNextPage() first");
    return this.#fetchPage(this.next_cursor);
  }

  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    yield this;
    if (this.hasNextPage()) yield* (await this.getNextPage()).pages();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }
}

/** What list methods return: await it for the first page, or iterate over it for every item. */
export class PagePromise<T> extends APIPromise<Page<T>> implements AsyncIterable<T> {
  constructor(exchange: Promise<Exchange>, parse: (exchange: Exchange) => ListBody<T>, fetchPage: FetchPage<T>) {
    super(exchange, (done) => new Page(parse(done), fetchPage));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this;
  }
}
