import type { Clock } from "../../platform/clock/index.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import { newId } from "../../platform/ids/index.ts";
import type { ModelPrices } from "../../platform/plugins/index.ts";
import { costOf } from "./price.ts";
import type { ProviderCall } from "./provider-call.ts";
import { insertEntry } from "./store.ts";

/** The cost ledger: what was used stays, however the generation ends. */
export interface CostLedger {
  /**
   * Part of the transaction that ends the generation or puts it back, as its last statement: the account's day is locked from
   * then on. The same call again does nothing.
   */
  record(tx: TenantTx, call: ProviderCall): Promise<void>;
}

export function createCostLedger({ clock, prices }: { clock: Clock; prices: ModelPrices }): CostLedger {
  return {
    record: async (tx, call) => {
      const made = call.outcome === "succeeded" ? 1 : 0;
      const { inputTokens = null, outputTokens = null, costMicros = null } = call;
      const used = {
        inputTokens,
        outputTokens,
        seconds: call.seconds ?? (made ? null : 0),
        images: call.images ?? (made ? null : 0),
        songs: call.kind === "music" ? made : 0,
      };
      await insertEntry(tx, {
        id: newId(),
        call,
        occurredAt: clock.now(),
        costMicros: call.outcome === "unknown" ? null : costOf(prices, call.model, used, costMicros),
      });
    },
  };
}
