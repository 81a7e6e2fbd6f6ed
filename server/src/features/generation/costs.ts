import type { TenantTx } from "../../platform/db/index.ts";
import type { PluginFailure, PluginHost } from "../../platform/plugins/index.ts";
import type { CostLedger, ProviderCall } from "../costs/index.ts";
import type { ClaimedRow } from "./store.ts";

interface Claim {
  row: ClaimedRow;
  leaseToken: string;
  dispatched: boolean;
}

type Call = Omit<ProviderCall, "outcome">;

/** The call that the holder of a claim makes. */
export function callOf({ row, leaseToken }: Pick<Claim, "row" | "leaseToken">): Call {
  return { callId: leaseToken, generationId: row.id, pluginId: row.plugin_id, model: row.model, kind: row.kind };
}

/** The call that the holder before made and did not tell of, unless the provider can still be asked about it; null: there is none. */
export function lostCall(plugins: Pick<PluginHost, "can">, row: ClaimedRow): ProviderCall | null {
  if (!row.outcome_unknown || row.lease_before === null || plugins.can(row.plugin_id, "generation", "resolve"))
    return null;
  return { ...callOf({ row, leaseToken: row.lease_before }), outcome: "unknown" };
}

/** The same for a claim that ends its generation: also what an earlier holder began, and nobody will ask about any more. */
export async function recordEnded(
  deps: { costs: CostLedger; plugins: Pick<PluginHost, "can"> },
  tx: TenantTx,
  claim: Claim,
  failure: PluginFailure | undefined,
): Promise<void> {
  const { row } = claim;
  // Without a way to ask, it was recorded as lost when it was noticed.
  const begun =
    row.pending && (row.pending.externalId !== null || deps.plugins.can(row.plugin_id, "generation", "resolve"));
  if (claim.dispatched || !begun) return recordFailed(deps, tx, claim, failure);
  await deps.costs.record(tx, {
    ...callOf(claim),
    ...failure?.usage,
    outcome: uncalled(failure) ? "unknown" : (failure?.outcome ?? "unknown"),
  });
}

/** Records the call of a claim that gave nothing; none was made before it was dispatched, nor by a host that did not call. */
export async function recordFailed(
  { costs }: { costs: CostLedger },
  tx: TenantTx,
  claim: Claim,
  failure: PluginFailure | undefined,
): Promise<void> {
  if (!claim.dispatched || uncalled(failure)) return;
  await costs.record(tx, { ...callOf(claim), ...failure?.usage, outcome: failure?.outcome ?? "unknown" });
}

const uncalled = (failure: PluginFailure | undefined): boolean =>
  failure?.code === "BREAKER_OPEN" || failure?.code === "UNAVAILABLE";
