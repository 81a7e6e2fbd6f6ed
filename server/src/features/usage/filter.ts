import { decodeId } from "../../platform/ids/index.ts";
import type { UsageFilter } from "./cells.ts";

/** Only the requests of one operation or key. The forms of ids are checked against the contract before. */
export function filterOf(query: {
  operation?: string | undefined;
  api_key_id?: string | undefined;
}): Pick<UsageFilter, "operation" | "keyId"> {
  return {
    operation: query.operation ?? null,
    keyId: query.api_key_id === undefined ? null : decodeId("key", query.api_key_id),
  };
}

/** For administrators: of one account or mode, or of all. */
export function adminFilterOf(
  query: Parameters<typeof filterOf>[0] & { account_id?: string | undefined; mode?: "live" | "test" | undefined },
): UsageFilter {
  return {
    ...filterOf(query),
    accountId: query.account_id === undefined ? null : decodeId("acc", query.account_id),
    mode: query.mode ?? null,
  };
}
