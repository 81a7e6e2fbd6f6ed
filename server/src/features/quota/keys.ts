import type { Windows } from "./windows.ts";

/** Keys of one account, in one slot of a Redis Cluster. */
export interface AccountKeys {
  /** Which epoch, life of Redis, month and hour the counters are of. */
  state: string;
  pool: string;
  full: string;
  burst: string;
  leases: string;
}

export function accountKeys(prefix: string, accountId: string, { name }: Pick<Windows, "name">): AccountKeys {
  const tag = `{${accountId}}`;
  const month = name.slice(0, "yyyymm".length);
  return {
    state: `${prefix}:app:usage:${tag}:state`,
    pool: `${prefix}:app:usage:${tag}:gen_used:${month}`,
    full: `${prefix}:app:usage:${tag}:full_regen_used:${month}`,
    burst: `${prefix}:app:burst:${tag}:gen_hour:${name}`,
    leases: `${prefix}:app:conc:${tag}:leases`,
  };
}

export function cooldownKey(prefix: string, accountId: string, draftId: string): string {
  return `${prefix}:app:cooldown:{${accountId}}:regen:${draftId}`;
}

/** Calls of a provider's model in the given lane, then in the other one. */
export function providerKeys(
  prefix: string,
  { pluginId, model, lane }: { pluginId: string; model: string; lane: "interactive" | "bulk" },
): [string, string] {
  const key = (of: string) => `${prefix}:app:conc:provider:{${pluginId}:${model}}:${of}`;
  return lane === "bulk" ? [key("bulk"), key("interactive")] : [key("interactive"), key("bulk")];
}
