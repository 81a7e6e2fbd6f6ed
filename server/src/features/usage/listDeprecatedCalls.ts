import { ok, type Handler } from "../../platform/http/operation.ts";
import { encodeId } from "../../platform/ids/index.ts";
import { type DeprecatedCallRow, selectDeprecatedCalls } from "./cells.ts";
import { rangeOf } from "./range.ts";
import type { UsageDeps } from "./deps.ts";
import { DAY_MS } from "../../platform/time/index.ts";

const MONTH_MS = 30 * DAY_MS;

export const listDeprecatedCalls =
  ({ db, clock }: Pick<UsageDeps, "db" | "clock">): Handler<"listDeprecatedCalls"> =>
  async ({ principal: { accountId }, query }) => {
    const now = clock.now();
    const range = rangeOf(query, now, MONTH_MS);
    const everything = { accountId, mode: null, operation: null, keyId: null };
    const rows = await db.readTenant<DeprecatedCallRow>(accountId, selectDeprecatedCalls(everything, range, now));
    return ok({
      object: "list" as const,
      data: rows.map((row) => ({
        object: "deprecated_calls" as const,
        operation: row.operation,
        api_key_id: row.key_id === null ? null : encodeId("key", row.key_id),
        client_id: row.client_id,
        credential: row.credential,
        requests: row.requests,
        last_at: row.last_at.toISOString(),
      })),
    });
  };
