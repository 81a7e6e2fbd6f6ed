import type { SystemTx, TenantTx } from "./tx.ts";

/** One parameterised statement. The name makes it a prepared statement on each connection that runs it. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

export interface Database {
  /** One transaction that sees and touches the rows of this account only. */
  withTenant<T>(accountId: string, fn: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** One transaction across all tenants, for sweepers and look-ups before the tenant is known. Logged with the reason. */
  asSystem<T>(reason: string, fn: (tx: SystemTx) => Promise<T>): Promise<T>;
  /** A tenant's read in one round trip. */
  readTenant<T extends object>(accountId: string, statement: Statement): Promise<T[]>;
  /** A transaction of a tenant of one statement, which may write, in one round trip. */
  writeTenant<T extends object>(accountId: string, statement: Statement): Promise<T[]>;
  /** The same without waiting for the disk: a crash of the database may undo the last of these. For leases and for what is said again. */
  writeTenantSoon<T extends object>(accountId: string, statement: Statement): Promise<T[]>;
  /** A cross-tenant read in one round trip. */
  readSystem<T extends object>(reason: string, statement: Statement): Promise<T[]>;
  /** A cross-tenant transaction of one statement, which may write, in one round trip. */
  writeSystem<T extends object>(reason: string, statement: Statement): Promise<T[]>;
  /**
   * Calls `handler` for each notification. `onReset` runs each time listening (re)starts, the first time too:
   * whatever was notified before that moment may have been missed. `onLost` runs when the connection is found dead;
   * nothing is heard from then until `onReset`. Returns the function that ends it.
   */
  listen(channel: string, handler: (payload: string) => void, onReset?: () => void, onLost?: () => void): () => void;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
