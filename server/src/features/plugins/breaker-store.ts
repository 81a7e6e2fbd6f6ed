import type { Statement, SystemTx } from "../../platform/db/index.ts";

/** A breaker that is not closed, as one process has it. */
export interface BreakerRow {
  plugin_id: string;
  mode: "live" | "test";
  state: "open" | "half_open";
}

/** Everything that a process says, in place of what it said before. Forgets processes that ended long ago. */
export async function replaceBreakers(tx: SystemTx, processId: string, rows: readonly BreakerRow[]): Promise<void> {
  await tx.query("delete from plugin_breakers where process_id = $1 or seen_at < now() - interval '1 hour'", [
    processId,
  ]);
  await tx.query(
    `insert into plugin_breakers (process_id, plugin_id, mode, state, seen_at)
     select $1, plugin_id, mode, state, now() from json_to_recordset($2) as r (plugin_id text, mode text, state text)
     on conflict (process_id, plugin_id, mode) do update set state = excluded.state, seen_at = excluded.seen_at`,
    [processId, JSON.stringify(rows)],
  );
}

/** What processes other than this one said in the last `seconds`. */
export const selectBreakersOfOthers = (processId: string, seconds: number): Statement => ({
  name: "plugin_breakers_of_others",
  text: "select plugin_id, mode, state from plugin_breakers where process_id <> $1 and seen_at > now() - make_interval(secs => $2)",
  values: [processId, seconds],
});
