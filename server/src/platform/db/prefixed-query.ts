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
 * A statement with others before it, all under one Sync message: one write, one wake-up of the backend, one answer.
 * The others must be prepared on the connection already; they are only bound and executed, and their rows are dropped.
 */
export class PrefixedQuery extends Query implements WireQuery {
  /** Rows of the statement itself. */
  readonly result: Promise<QueryResultRow[]>;
  /** What pg calls once, with the one or the other. */
  readonly callback: (error: unknown, result?: Pick<QueryResult, "rows">) => void;
  readonly #before: readonly Statement[];
  #toCome: number;

  constructor(
    before: readonly Statement[],
    { name, text, values }: Omit<Statement, "name"> & { name: string | undefined },
  ) {
    // A text and values: a configuration object would be cloned property by property.
    super(text, values);
    // Extended: a text without a name and values would be sent by itself.
    Object.assign(this, { name, queryMode: "extended" });
    const { promise, resolve, reject } = Promise.withResolvers<QueryResultRow[]>();
    this.result = promise;
    this.callback = (error, result) => (error ? reject(error) : resolve(result?.rows ?? []));
    this.#before = before;
    this.#toCome = before.length;
  }

  prepare(connection: Connection): void {
    for (const { name, values } of this.#before) {
      connection.bind({ portal: "", statement: name, values: values as string[], binary: "" }, true);
      connection.execute({ portal: "", rows: "" }, true);
    }
    base.prepare.call(this, connection);
  }

  handleDataRow(message: unknown): void {
    if (this.#toCome === 0) base.handleDataRow.call(this, message);
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#toCome === 0) base.handleCommandComplete.call(this, message, connection);
    else this.#toCome -= 1;
  }
}
