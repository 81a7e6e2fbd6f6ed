import { type Connection, type Pool, type PoolClient, Query, type QueryResult, type QueryResultRow } from "pg";
import { releaseClean } from "./connections.ts";
import type { Setup } from "./setups.ts";
import type { Statement } from "./types.ts";

/** Reads that share a connection: enough to save writes, few enough that a burst still spreads over connections. */
const TOGETHER_MAX = 8;

/** Runs one statement, read-only, as the role or tenant of `setup`. */
export type Read = <T extends object>(setup: Setup, statement: Statement) => Promise<T[]>;

/**
 * Reads in one round trip. Setup and statement go out before one Sync message, and what stands before one Sync is one
 * transaction, so the setup ends with it without BEGIN and COMMIT (PostgreSQL manual, 54.2.3 "Extended Query"). That takes
 * half the CPU time of four pipelined statements. Reads asked for in one turn of the event loop travel together, each
 * still a transaction of its own: writing to a socket and waking a backend cost as much as the read itself.
 */
export function createReader(pool: Pool): Read {
  let waiting: SetUpQuery[] = [];

  function sendWaiting(): void {
    const reads = waiting;
    waiting = [];
    for (let first = 0; first < reads.length; first += TOGETHER_MAX) {
      void sendTogether(pool, reads.slice(first, first + TOGETHER_MAX));
    }
  }

  return async <T>(setup: Setup, statement: Statement) => {
    if (waiting.length === 0) setImmediate(sendWaiting);
    const read = new SetUpQuery(setup, statement);
    waiting.push(read);
    return (await read.rowsRead) as T[];
  };
}

/** Never rejects: each read tells its own caller how it went. */
async function sendTogether(pool: Pool, reads: SetUpQuery[]): Promise<void> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    for (const read of reads) read.callback(error);
    return;
  }
  const { stream } = client.connection;
  stream.cork();
  for (const read of reads) client.query(read);
  stream.uncork();
  await Promise.allSettled(reads.map((read) => read.rowsRead));
  releaseClean(client);
}

/** The wire side of pg's Query, which its types leave out. */
interface WireQuery {
  prepare(connection: Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}

const base = Query.prototype as unknown as WireQuery;

class SetUpQuery extends Query implements WireQuery {
  readonly rowsRead: Promise<QueryResultRow[]>;
  /** What pg calls once, with the one or the other. */
  readonly callback: (error: unknown, result?: Pick<QueryResult, "rows">) => void;
  readonly #setup: Setup;
  #settingUp = true;

  constructor(setup: Setup, { name, text, values }: Statement) {
    // A text and values: a configuration object would be cloned property by property.
    super(text, values);
    Object.assign(this, { name });
    const { promise, resolve, reject } = Promise.withResolvers<QueryResultRow[]>();
    this.rowsRead = promise;
    this.callback = (error, result) => (error ? reject(error) : resolve(result?.rows ?? []));
    this.#setup = setup;
  }

  /** The setup was prepared when the connection opened: here it is only bound and executed, without a Sync. */
  prepare(connection: Connection): void {
    connection.bind({ portal: "", statement: this.#setup.name, values: this.#setup.values, binary: "" }, true);
    connection.execute({ portal: "", rows: "" }, true);
    base.prepare.call(this, connection);
  }

  handleDataRow(message: unknown): void {
    if (!this.#settingUp) base.handleDataRow.call(this, message);
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#settingUp) this.#settingUp = false;
    else base.handleCommandComplete.call(this, message, connection);
  }
}
