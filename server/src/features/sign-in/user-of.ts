import type { Principal } from "../../platform/http/context.ts";

/** Whose session it is. Throws for other credentials: the spec's security keeps them away from where this is asked. */
export function userOf({ userId }: Principal): string {
  if (userId === null)
    throw new Error("an operation for sessions was reached without one: its security in the spec changed");
  return userId;
}
