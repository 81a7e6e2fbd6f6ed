import type { TenantTx } from "../../platform/db/index.ts";
import type { ProviderCall } from "../costs/index.ts";

/** What a finished generation leaves behind. Files are stored already; `create` writes the rest, in the transaction that completes it. */
export interface Product {
  /** What making it took, for the ledger of costs. */
  used: Pick<ProviderCall, "inputTokens" | "outputTokens" | "seconds" | "images">;
  create(tx: TenantTx): Promise<{ track_id?: string; asset_id?: string }>;
  /** When the generation was not to be completed after all. */
  discard(): Promise<void>;
}

/** The provider's answer fits the schema, but nothing can be made of it. */
export class UnusableOutput extends Error {
  override name = "UnusableOutput";
}
