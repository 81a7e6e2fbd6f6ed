import { AsyncLocalStorage } from "node:async_hooks";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Database, SystemTx } from "../../../platform/db/index.ts";

/** What one request to the authorization server does in the database, and what it learned on the way. */
export interface RequestScope {
  ctx: KoaContextWithOIDC;
  requestId: string;
  /** Set where the whole request is one transaction. */
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
 * crash, or none of them is. A request that fails leaves nothing, except what it revoked.
 */
export async function asOneTransaction(db: Database, scope: RequestScope, answer: (tx: SystemTx) => Promise<void>): Promise<void> {
  try {
    await db.asSystem("OAuth: a token names its tenant", async (tx) => {
      scope.tx = tx;
      await answer(tx);
      if (scope.ctx.status >= 400 && !scope.revoked) throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  } finally {
    scope.tx = null;
  }
}

/** Runs in the request's transaction, or in one of its own. */
export function inTransaction<T>(db: Database, fn: (tx: SystemTx) => Promise<T>): Promise<T> {
  const tx = requestScope()?.tx;
  return tx ? fn(tx) : db.asSystem("OAuth: the tenant is not known yet", fn);
}
