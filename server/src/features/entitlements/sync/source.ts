import type { CustomerState } from "../customer-state.ts";

export interface Customer {
  mode: "live" | "test";
  /** The provider's. */
  customerId: string;
}

/** The payment provider, and who its customers are here. */
export interface CustomerSource {
  /** What it says now, read anew. */
  fetchState(customer: Customer): Promise<CustomerState>;
  /** UUID; null: nobody of ours. */
  accountOf(customer: Customer): Promise<string | null>;
  /** Who paid a charge; null: nobody. */
  customerOfCharge(charge: { mode: Customer["mode"]; chargeId: string }): Promise<string | null>;
}
