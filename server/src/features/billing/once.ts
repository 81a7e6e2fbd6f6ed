import type { IncomingHttpHeaders } from "node:http";
import { recordKey } from "../../platform/http/idempotency.ts";
import type { Principal } from "../../platform/http/context.ts";

/** There is no answer of this key yet. */
class FirstTime extends Error {}

/**
 * The answer that this caller's key has already, or null: nothing is asked of Stripe for a repeated request, and no call to it is
 * made inside a transaction. `write` is the operation's own.
 */
export async function repeatedAnswer<R>(write: (effect: () => Promise<R>) => Promise<R>): Promise<R | null> {
  try {
    return await write(() => Promise.reject(new FirstTime()));
  } catch (error) {
    if (error instanceof FirstTime) return null;
    throw error;
  }
}

/**
 * Options that make Stripe, too, do a repeated request once; {} without a key. `operation` says all that may differ when the same
 * request is made again, such as a customer who was replaced: Stripe refuses a key that comes with other parameters.
 */
export function stripeOnce(
  operation: string,
  principal: Principal,
  headers: IncomingHttpHeaders,
): { idempotencyKey?: string } {
  const key = headers["idempotency-key"];
  return typeof key === "string" ? { idempotencyKey: `${operation} ${recordKey(principal, key)}` } : {};
}
