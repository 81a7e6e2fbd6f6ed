import { AsyncLocalStorage } from "node:async_hooks";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Database, SystemTx } from "../../../platform/db/index.ts";

/** What one request to the authorization server does in the database, and what it learned on the way. */
export interface RequestScope {
  ctx: KoaContextWithOIDC;
  requestId: string;
  /** Where the whole request is one transaction: begins it, or gives the one that has begun. */
  begin: (() => Promise<SystemTx>) | null;
  /** The transaction that has begun. */
  tx: SystemTx | null;
  /** A refresh token that was exchanged moments ago and came again: its answer is given again. */
  repeated: { token: string; answer: string } | null;
  /** Whose refresh token came. */
  refreshing: { grantId: string; clientId: string } | null;
  /** The refresh token that this request consumes. */
  consumed: string | null;
  /** Something was taken back for safety; that stays, although the request itself fails. */
  revoked: boolean;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** The request that is being answered; null outside of one (pages look things up, too). */
export const requestScope = (): RequestScope | null => scopes.getStore() ?? null;

export function inRequestScope<T>(scope: RequestScope, fn: () => Promise<T>): Promise<T> {
  return scopes.run(scope, fn);
}

/** Thrown to take back what a failed request wrote; its answer is in the context already. */
class TakenBack extends Error {}

/**
 * Answers a whole request in one transaction: what it consumed, what it issued and the answer itself are all there after a
 * crash, or none of them is. A request that fails leaves nothing, except what it revoked. The transaction begins with the
 * first look into the database, which is after the body was read: callers who send slowly hold no connection.
 */
export async function asOneTransaction(db: Database, scope: RequestScope, answer: () => Promise<void>): Promise<void> {
  const answered = Promise.withResolvers<"keep" | "take back">();
  const begun = Promise.withResolvers<SystemTx>();
  let transaction: Promise<void> | null = null;
  scope.begin = () => {
    transaction ??= db.asSystem("OAuth: a token names its tenant", async (tx) => {
      scope.tx = tx;
      begun.resolve(tx);
      if ((await answered.promise) === "take back") throw new TakenBack();
    });
    // Of a database that gives no connection; whoever asked for one hears of it.
    transaction.catch(begun.reject);
    return begun.promise;
  };
  let outcome: "keep" | "take back" = "take back";
  try {
    await answer();
    if (scope.ctx.status < 400 || scope.revoked) outcome = "keep";
  } finally {
    scope.begin = null;
    answered.resolve(outcome);
    await ended(transaction);
    scope.tx = null;
  }
}

async function ended(transaction: Promise<void> | null): Promise<void> {
  try {
    await transaction;
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  }
}

/** Runs in the request's transaction, or in one of its own. */
export async function inTransaction<T>(db: Database, fn: (tx: SystemTx) => Promise<T>): Promise<T> {
  const begin = requestScope()?.begin;
  return begin ? fn(await begin()) : db.asSystem("OAuth: the tenant is not known yet", fn);
}
