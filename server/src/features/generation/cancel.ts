import type { components } from "../../generated/openapi.types.ts";
import type { TenantTx } from "../../platform/db/index.ts";
import type { GenerationDeps } from "./deps.ts";
import { announce } from "./feed.ts";
import { presentGeneration } from "./present.ts";
import { cancelGeneration, selectUnfinishedOf } from "./store.ts";

type Canceling = Pick<GenerationDeps, "emit" | "quota">;

/** Null: it is final already. */
export async function cancel(
  { emit, quota }: Canceling,
  tx: TenantTx,
  id: string,
  requestId: string,
): Promise<components["schemas"]["Generation"] | null> {
  const row = await cancelGeneration(tx, id);
  if (!row) return null;
  // What was never sent to a provider cost nothing.
  await quota.settle(tx, id, row.called ? "charged" : "refunded");
  const generation = presentGeneration(row);
  await emit(tx, { type: "generation.canceled", data: generation, requestId });
  await announce(tx, id, "canceled");
  return generation;
}

/** Cancels what still writes for a draft. */
export type CancelForDraft = (tx: TenantTx, draftId: string, requestId: string) => Promise<void>;

export function createCancelForDraft(deps: Canceling): CancelForDraft {
  return async (tx, draftId, requestId) => {
    for (const id of await selectUnfinishedOf(tx, draftId)) await cancel(deps, tx, id, requestId);
  };
}
