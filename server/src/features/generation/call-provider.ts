import type { GenerationOutput, LongWork } from "@musicverse/plugin-kit";
import type { Database } from "../../platform/db/index.ts";
import type { PluginCall, PluginHost } from "../../platform/plugins/index.ts";
import { requestFor } from "./products.ts";
import { markDispatched, saveProgress, type ClaimedRow } from "./store.ts";

export type ProviderAnswer = { output: GenerationOutput } | { pending: { externalId: string; pollAfterMs: number } };

/** Progress is written at most this often; between, the newest value waits. */
const PROGRESS_EVERY_MS = 500;

/**
 * One call of the plugin for a claimed row: `generate`, or `resolve` for work that the provider has already accepted
 * (or whose answer was lost). The row says that a call is out before it goes out. Null: canceled or taken over before.
 */
export async function callProvider(
  { db, plugins }: { db: Database; plugins: PluginHost },
  claim: { row: ClaimedRow; leaseToken: string; dispatched: boolean },
  signal: AbortSignal,
): Promise<ProviderAnswer | null> {
  const { row, leaseToken } = claim;
  const request = requestFor(row);
  const progress = progressWriter(db, row, leaseToken);
  const call: PluginCall = {
    account: { id: row.account_id, mode: row.mode },
    signal,
    idempotencyKey: row.id,
    requestId: row.request_id,
    onProgress: progress.report,
  };
  try {
    if (row.pending && (row.pending.externalId !== null || plugins.can(row.plugin_id, "generation", "resolve"))) {
      const known = await plugins.invoke(row.plugin_id, "generation", "resolve", call, {
        input: request,
        externalId: row.pending.externalId,
      });
      if (!("absent" in known)) return answerOf(known);
    }
    const held = await markDispatched(db, row.account_id, { id: row.id, leaseToken });
    if (!held) return null;
    claim.dispatched = true;
    return answerOf(await plugins.invoke(row.plugin_id, "generation", "generate", call, request));
  } finally {
    await progress.settle();
  }
}

function answerOf(work: LongWork<GenerationOutput>): ProviderAnswer {
  return "done" in work ? { output: work.done } : { pending: work.pending };
}

/** Writes progress fractions without making the plugin wait, one write at a time and not more than one per interval. */
function progressWriter(db: Database, row: ClaimedRow, leaseToken: string) {
  let newest = 0;
  let written = 0;
  let nextAt = 0;
  let writing: Promise<void> | null = null;
  const write = async () => {
    const fraction = newest;
    nextAt = performance.now() + PROGRESS_EVERY_MS;
    await saveProgress(db, row.account_id, { id: row.id, leaseToken }, fraction);
    written = fraction;
  };
  return {
    report: (fraction: number) => {
      newest = Math.min(0.99, Math.max(newest, fraction));
      if (writing || newest <= written || performance.now() < nextAt) return;
      // A lost progress line harms nobody: the next one or the result follows.
      writing = write()
        .catch(() => undefined)
        .finally(() => {
          writing = null;
        });
    },
    settle: async () => void (await writing),
  };
}
