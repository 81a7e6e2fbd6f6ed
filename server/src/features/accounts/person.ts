import type { Principal } from "../../platform/http/context.ts";
import type { Person } from "./session-store.ts";

/** Who a session belongs to. Throws for other credentials: the spec's security keeps them away from where this is asked. */
export function personOf({ accountId, userId }: Principal): Person {
  if (userId === null)
    throw new Error("an operation for sessions was reached without one: its security in the spec changed");
  return { accountId, userId };
}
