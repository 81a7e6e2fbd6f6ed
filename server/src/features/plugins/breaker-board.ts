import { randomUUID } from "node:crypto";
import type { Database } from "../../platform/db/index.ts";
import type { PluginHost, PluginReport } from "../../platform/plugins/index.ts";
import { replaceBreakers, selectBreakersOfOthers, type BreakerRow } from "./breaker-store.ts";

type BreakerState = PluginReport["breaker"];
type Mode = BreakerRow["mode"];

export interface BreakerBoard {
  /** Writes down which breakers of this process are not closed, or are again. */
  post(): Promise<void>;
  /** The worst that any process says of a plugin, this one's own state included. */
  look(): Promise<(report: Pick<PluginReport, "id" | "breaker">, mode: Mode) => BreakerState>;
}

/** How often to post, in ms. */
export const postEveryMs = 5_000;
/** A process that was silent for so long has ended, and its breakers with it. */
const COUNTS_SECONDS = 30;
const worseLast: readonly BreakerState[] = ["closed", "half_open", "open"];

/**
 * Breakers are each process's own: whoever meets failures spares the provider. But whoever asks how a plugin is doing asks an
 * API process, and generations meet their provider in workers. While all are closed nothing is written.
 */
export function createBreakerBoard({
  db,
  plugins,
}: {
  db: Database;
  plugins: Pick<PluginHost, "report">;
}): BreakerBoard {
  const processId = randomUUID();
  let posted = 0;
  return {
    post: async () => {
      const rows = (["live", "test"] as const).flatMap((mode) =>
        plugins
          .report(mode)
          .flatMap(({ id, breaker }): BreakerRow[] =>
            breaker === "closed" ? [] : [{ plugin_id: id, mode, state: breaker }],
          ),
      );
      if (rows.length === 0 && posted === 0) return;
      await db.asSystem("tell other processes which providers fail", (tx) => replaceBreakers(tx, processId, rows));
      posted = rows.length;
    },
    look: async () => {
      const rows = await db.readSystem<BreakerRow>(
        "ask other processes which providers fail",
        selectBreakersOfOthers(processId, COUNTS_SECONDS),
      );
      return ({ id, breaker }, mode) =>
        rows
          .filter((row) => row.plugin_id === id && row.mode === mode)
          .map(({ state }) => state)
          .reduce(worse, breaker);
    },
  };
}

const worse = (a: BreakerState, b: BreakerState): BreakerState => (worseLast.indexOf(a) > worseLast.indexOf(b) ? a : b);
