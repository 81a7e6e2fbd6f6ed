import { type Connection, Query, type QueryResult, type QueryResultRow } from "pg";
import type { Statement } from "./types.ts";

/** The wire side of pg's Query, which its types leave out. */
interface WireQuery {
  prepare(connection: Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}

const base = Query.prototype as unknown as WireQuery;

/**
 * A statement with another one before it, both under one Sync message: one write, one wake-up of the backend, one answer.
 * The first must be prepared on the connection already; it is only bound and executed, and its rows are dropped.
 */
export class PrefixedQuery extends Query implements WireQuery {
  /** Rows of the second statement. */
  readonly result: Promise<QueryResultRow[]>;
  /** What pg calls once, with the one or the other. */
  readonly callback: (error: unknown, result?: Pick<QueryResult, "rows">) => void;
  readonly #first: Statement;
  #firstIsDone = false;

  constructor(first: Statement, { name, text, values }: Statement) {
    // A text and values: a configuration object would be cloned property by property.
    super(text, values);
    Object.assign(this, { name });
    const { promise, resolve, reject } = Promise.withResolvers<QueryResultRow[]>();
    this.result = promise;
    this.callback = (error, result) => (error ? reject(error) : resolve(result?.rows ?? []));
    this.#first = first;
  }

  prepare(connection: Connection): void {
    connection.bind({ portal: "", statement: this.#first.name, values: this.#first.values as string[], binary: "" }, true);
    connection.execute({ portal: "", rows: "" }, true);
    base.prepare.call(this, connection);
  }

  handleDataRow(message: unknown): void {
    if (this.#firstIsDone) base.handleDataRow.call(this, message);
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#firstIsDone) base.handleCommandComplete.call(this, message, connection);
    else this.#firstIsDone = true;
  }
}
