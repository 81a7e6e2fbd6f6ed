import type { Knex } from "knex";
import { assertAccountId } from "./setups.ts";

/** An open transaction: the only handle that can query. It refuses every call once the transaction has ended. */
export interface Tx {
  /** Builds a statement about one table that runs in this transaction. */
  knex(table: string): Knex.QueryBuilder;
  /** Plain SQL with `$1` parameters. */
  query<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
  /** Runs after a successful commit, before the transaction's promise resolves. A failure is logged, not thrown. */
  afterCommit(fn: () => void | Promise<void>): void;
  /** Delivered with the commit to every `Database.listen` of the channel, in all processes. At most 8,000 bytes. */
  notify(channel: string, payload: string): Promise<void>;
}

/**
 * Handles cannot be forged. What makes them work is private to the class: a spread (`{ ...tx, accountId: other }`) neither
 * compiles nor has a method left, and nothing outside this folder can construct one.
 */
class Handle implements Tx {
  readonly #tx: Tx;

  constructor(tx: Tx) {
    this.#tx = tx;
  }

  knex(table: string): Knex.QueryBuilder {
    return this.#tx.knex(table);
  }

  query<T extends object>(text: string, values?: unknown[]): Promise<T[]> {
    return this.#tx.query<T>(text, values);
  }

  afterCommit(fn: () => void | Promise<void>): void {
    this.#tx.afterCommit(fn);
  }

  notify(channel: string, payload: string): Promise<void> {
    return this.#tx.notify(channel, payload);
  }
}

/** A transaction of one account. */
export class TenantTx extends Handle {
  readonly #accountId: string;

  constructor(tx: Tx, accountId: string) {
    super(tx);
    this.#accountId = accountId;
  }

  get accountId(): string {
    return this.#accountId;
  }
}

/** A transaction across all tenants. */
export class SystemTx extends Handle {
  readonly #reason: string;

  constructor(tx: Tx, reason: string) {
    super(tx);
    this.#reason = reason;
  }

  get reason(): string {
    return this.#reason;
  }

  /**
   * The same transaction for code that works on one account: what an administrator or a provider asks for is written with
   * what it causes. Row-level security does not stand behind it, so this is for statements that name the account.
   *
   * @throws TypeError when `accountId` is no UUID
   */
  asAccount(accountId: string): TenantTx {
    assertAccountId(accountId);
    return new TenantTx(this, accountId);
  }
}
