import { EventEmitter } from "node:events";
import type { Pool } from "pg";
import type { Database } from "../db/index.ts";

/** BullMQ's channel: every job that is added notifies it with the name of its queue. */
const CHANNEL = "bullmq_jobs";

/**
 * The pool as one worker of BullMQ sees it. It takes a connection of its own to LISTEN on, for as long as it lives; here all
 * workers of the process listen on the one that the process has anyway, so that a plugin more costs no connections.
 */
export function listeningPool(pool: Pool, queue: string, listen: Database["listen"]): Pool {
  const facade: Pick<Pool, "options" | "query" | "on" | "end"> & { connect(): Promise<unknown> } = {
    options: pool.options,
    query: pool.query.bind(pool),
    on: pool.on.bind(pool),
    end: pool.end.bind(pool),
    connect: async () => new ListeningClient(pool, queue, listen),
  };
  // BullMQ uses no more of a pool than this.
  return facade as unknown as Pool;
}

/** What BullMQ does with a client: ask whether the schema fits, name the connection, listen, and wait for notifications. */
class ListeningClient extends EventEmitter {
  readonly #pool: Pool;
  readonly #queue: string;
  readonly #listen: Database["listen"];
  #stop: (() => void) | undefined;

  constructor(pool: Pool, queue: string, listen: Database["listen"]) {
    super();
    this.#pool = pool;
    this.#queue = queue;
    this.#listen = listen;
  }

  async query(text: string, values?: unknown[]): Promise<unknown> {
    if (text.includes("'application_name'")) return { rows: [] };
    if (!text.includes(`LISTEN ${CHANNEL}`)) return this.#pool.query(text, values);
    this.#stop ??= this.#listen(
      CHANNEL,
      (queue) => this.#notify(queue),
      // What was notified while nobody listened is missed: the worker looks for itself.
      () => this.#notify(this.#queue),
    );
    return { rows: [] };
  }

  release(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #notify(queue: string): void {
    if (queue === this.#queue) this.emit("notification", { channel: CHANNEL, payload: queue });
  }
}
