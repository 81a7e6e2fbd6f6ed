import type { PluginHost } from "../../platform/plugins/index.ts";
import type { ProviderPlaces, Quota } from "../quota/index.ts";
import type { ClaimedRow } from "./store.ts";

/** A place is looked for this often. */
export const ROOM_RETRY_MS = 2_000;

interface PlacesDeps {
  plugins: PluginHost;
  quota: Quota;
  places: ProviderPlaces;
  leaseMs: number;
}

/**
 * Its place among the generations of its account, where it lapsed with an earlier worker, and one among the calls of its
 * provider. False: there is none now, and it waits, which is no refusal. What the provider has begun, or may have, goes on
 * without: waiting would not end it, and would lose the mark that it was called. (GEN-11, GEN-24)
 */
export async function takePlaces(deps: PlacesDeps, { row, leased }: { row: ClaimedRow; leased: boolean }): Promise<boolean> {
  const { plugins, quota, leaseMs } = deps;
  const begun = row.pending !== null || (row.outcome_unknown && plugins.repeat(row.plugin_id, "generation", row.mode) === "costs");
  if (!leased && !(await quota.leaseAgain(row.account_id, row.id, leaseMs)) && !begun) return false;
  return (await keepPlace(deps, row, leaseMs)) || begun;
}

/** For so long from now. Simulators have no limits. */
export async function keepPlace({ plugins, places }: PlacesDeps, row: ClaimedRow, ms: number): Promise<boolean> {
  const max = row.mode === "live" ? plugins.report(row.mode).find(({ id }) => id === row.plugin_id)?.limits?.concurrent : null;
  return max == null || places.take(workOf(row), max, ms);
}

export async function leavePlace({ places }: PlacesDeps, row: ClaimedRow): Promise<void> {
  if (row.mode === "live") await places.release(workOf(row));
}

function workOf({ id, plugin_id: pluginId, model, lane }: ClaimedRow) {
  return { pluginId, model, lane, generationId: id };
}
