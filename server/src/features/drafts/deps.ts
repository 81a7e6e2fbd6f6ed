import type { components } from "../../generated/openapi.types.ts";
import type { Clock } from "../../platform/clock/index.ts";
import type { Database, TenantTx } from "../../platform/db/index.ts";
import type { Principal } from "../../platform/http/context.ts";
import type { Cursors } from "../../platform/http/cursor.ts";
import type { PlanLookup } from "../plans/index.ts";
import type { ReelWish } from "./wish.ts";
import type { SelectWriting } from "./writing.ts";

export interface DraftsDeps {
  db: Database;
  clock: Clock;
  cursors: Cursors;
  plans: Pick<PlanLookup, "getEffectiveLimits">;
  prepare: PrepareReel;
  selectWriting: SelectWriting;
  /** Cancels what still writes for a draft. */
  cancelFor(tx: TenantTx, draftId: string, requestId: string): Promise<void>;
}

/** Before a transaction: finds who can write. The result, in the transaction, starts the generation or throws why not. */
export type PrepareReel = (
  principal: Principal,
  kind: "reel",
  model: string | undefined,
) => Promise<
  (tx: TenantTx, wish: ReelWish, circumstances: ReelCircumstances) => Promise<components["schemas"]["Generation"]>
>;

interface ReelCircumstances {
  lane: "interactive" | "bulk" | undefined;
  title: string | null;
  draftId: string;
  regeneration: "targeted" | "full" | null;
  requestId: string;
}
