import { accepted, type Handler } from "../../platform/http/operation.ts";
import { ProblemError } from "../../platform/http/problem.ts";
import { decodeId } from "../../platform/ids/index.ts";
import { recordAdminAction } from "../admin/index.ts";
import type { EntitlementsDeps } from "./deps.ts";
import { requestSync } from "./sync/request.ts";
import { readSync, selectCustomersOf } from "./sync/store.ts";

export const requestBillingSync =
  (deps: Pick<EntitlementsDeps, "clock" | "work">): Handler<"requestBillingSync"> =>
  async ({ principal, requestId, path, writeAsSystem }) => {
    const id = decodeId("acc", path.account_id);
    return writeAsSystem("an administrator has a customer looked at", async (tx) => {
      const customers = id === null ? [] : await selectCustomersOf(tx, id);
      const [customer] = customers;
      if (!customer)
        throw new ProblemError("not_found", {
          detail: "There is no account with this id that ever came near a payment.",
        });
      for (const each of customers) await requestSync(deps, tx, each, { kind: "administrator", ids: [requestId] });
      const { mode, customerId } = customer;
      const done = {
        action: "billing.sync_requested",
        targetAccountId: id,
        targetId: path.account_id,
        details: { mode, customer_id: customerId },
        at: deps.clock.now(),
      };
      await recordAdminAction(tx, { principal, requestId }, done);
      const row = await readSync(tx, customer);
      return accepted({
        object: "billing_sync" as const,
        account_id: path.account_id,
        customer_id: customerId,
        mode,
        pending_since: row.dirty_since?.toISOString() ?? null,
        attempts_count: row.attempts,
        last_error: row.last_error,
        synced_at: row.synced_at?.toISOString() ?? null,
      });
    });
  };
