import type { Windows } from "./windows.ts";

/** Keys of one account, in one slot of a Redis Cluster. (GEN-10) */
export interface AccountKeys {
  /** Which epoch, life of Redis, month and hour the counters are of. */
  state: string;
  pool: string;
  full: string;
  burst: string;
  leases: string;
}

export function accountKeys(prefix: string, accountId: string, { monthStart, hourStart }: Pick<Windows, "monthStart" | "hourStart">): AccountKeys {
  const tag = `{${accountId}}`;
  const [month, hour] = [digitsOf(monthStart, 6), digitsOf(hourStart, 10)];
  return {
    state: `${prefix}:app:usage:${tag}:state`,
    pool: `${prefix}:app:usage:${tag}:gen_used:${month}`,
    full: `${prefix}:app:usage:${tag}:full_regen_used:${month}`,
    burst: `${prefix}:app:burst:${tag}:gen_hour:${hour}`,
    leases: `${prefix}:app:conc:${tag}:leases`,
  };
}

export function cooldownKey(prefix: string, accountId: string, draftId: string): string {
  return `${prefix}:app:cooldown:{${accountId}}:regen:${draftId}`;
}

/** `yyyymmddhh` in UTC, or its first digits. */
function digitsOf(time: number, length: number): string {
  return new Date(time).toISOString().replaceAll(/\D/g, "").slice(0, length);
}

/** Calls of a provider's model in the given lane, then in the other one. */
export function providerKeys(prefix: string, { pluginId, model, lane }: { pluginId: string; model: string; lane: "interactive" | "bulk" }): [string, string] {
  const key = (of: string) => `${prefix}:app:conc:provider:{${pluginId}:${model}}:${of}`;
  return lane === "bulk" ? [key("bulk"), key("interactive")] : [key("interactive"), key("bulk")];
}
