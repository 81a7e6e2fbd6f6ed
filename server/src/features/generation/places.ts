import type { PluginHost } from "../../platform/plugins/index.ts";
import type { Limiter } from "../../platform/limiter/index.ts";
import type { ProviderPlaces, Quota } from "../quota/index.ts";
import type { Lane } from "./pointer.ts";
import type { ClaimedRow } from "./store.ts";

/** A place is looked for this often. */
export const ROOM_RETRY_MS = 2_000;

interface PlacesDeps {
  plugins: PluginHost;
  quota: Quota;
  places: ProviderPlaces;
  limiter: Pick<Limiter, "take">;
  leaseMs: number;
}

/**
 * Its place among the generations of its account, where it lapsed with an earlier worker, and one among the calls of its
 * provider. False: there is none now, and it waits, which is no refusal. What the provider has begun, or may have, goes on
 * without: waiting would not end it, and would lose the mark that it was called.
 */
export async function takePlaces(
  deps: PlacesDeps,
  { row, leased }: { row: ClaimedRow; leased: boolean },
): Promise<boolean> {
  const { plugins, quota, leaseMs } = deps;
  const begun =
    row.pending !== null &&
    (row.pending.externalId !== null ||
      plugins.retrySafety(row.plugin_id, "generation", "generate", row.mode) === "billable");
  if (!leased && !(await quota.leaseAgain(row.account_id, row.id, leaseMs)) && !begun) return false;
  if (!(await keepPlace(deps, row, leaseMs))) return begun;
  if (begun || (await mayCall(deps, row))) return true;
  await leavePlace(deps, row);
  return false;
}

/** What the provider allows all workers together; null where it says nothing. Simulators have no limits. */
export function providerLimits(plugins: PluginHost, pluginId: string, mode: "live" | "test") {
  return (mode === "live" && plugins.report(mode).find(({ id }) => id === pluginId)?.limits) || null;
}

/** Most calls within the provider's time that a lane may make: bulk leaves a sixth, or one, to interactive work. */
export function callsOf(lane: Lane, max: number): number {
  return lane === "bulk" ? Math.max(1, max - Math.ceil(max / 6)) : max;
}

/** Counts a call of a live account against what the provider allows all workers in a time, over both lanes. */
async function mayCall(
  { plugins, limiter }: PlacesDeps,
  { plugin_id: pluginId, mode, lane }: ClaimedRow,
): Promise<boolean> {
  const limits = providerLimits(plugins, pluginId, mode);
  if (!limits) return true;
  const bucket = (of: string, max: number) => ({
    key: `provider:{${pluginId}}:${of}`,
    capacity: max,
    refill: max,
    intervalMs: limits.perSeconds * 1000,
  });
  const buckets = [
    bucket("calls", limits.max),
    ...(lane === "bulk" ? [bucket("bulk", callsOf(lane, limits.max))] : []),
  ];
  return (await limiter.take(buckets)).allowed;
}

/** For so long from now. */
export async function keepPlace({ plugins, places }: PlacesDeps, row: ClaimedRow, ms: number): Promise<boolean> {
  const max = providerLimits(plugins, row.plugin_id, row.mode)?.concurrent;
  return max == null || places.take(workOf(row), max, ms);
}

export async function leavePlace({ places }: PlacesDeps, row: ClaimedRow): Promise<void> {
  if (row.mode === "live") await places.release(workOf(row));
}

function workOf({ id, plugin_id: pluginId, model, lane }: ClaimedRow) {
  return { pluginId, model, lane, generationId: id };
}
