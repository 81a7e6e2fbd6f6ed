import { PluginFailure } from "../../platform/plugins/index.ts";
import { generationError } from "./errors.ts";
import { selectAbandoned } from "./store.ts";
import { fail, generationWork, LIFE_MAX_MS, type GenerationWorkDeps } from "./work.ts";

/** Longer than any that a worker with its plugin would let live. */
const ABANDONED_AFTER_MS = LIFE_MAX_MS + 60_000;
const AT_ONCE = 100;

/**
 * Ends generations whose plugin was removed: they fail as `plugin_unavailable`, and what they took of the account's windows is
 * given back. Only after the longest life of a generation: other workers may have the plugin that this one lacks.
 */
export async function endAbandoned(deps: GenerationWorkDeps): Promise<void> {
  const { db, clock, plugins } = deps;
  const before = new Date(clock.now().getTime() - ABANDONED_AFTER_MS);
  const loaded = plugins.having("generation");
  const rows = await db.asSystem("find generations of plugins that are gone", (tx) =>
    selectAbandoned(tx, { loaded, before, limit: AT_ONCE }),
  );
  for (const { id, account_id: accountId, pluginId, mode, lane } of rows) {
    const claim = await generationWork(deps, { pluginId, mode, lane }).claim({ id, accountId });
    if (claim)
      await fail(
        deps,
        claim,
        generationError(new PluginFailure("UNAVAILABLE", `the plugin ${pluginId} is gone`, { pluginId })),
      );
  }
}
